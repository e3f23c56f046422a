import type { InboxMessage } from "@repo/ses-local/client";
import { expect, it, vi } from "vitest";
import { useOps } from "./ops-operator.ts";
import { minutesAgo } from "./stack.ts";
import { VARIANTS } from "./variants.ts";

// The way of an alert: from the trouble to the operator's inbox, and from its link to the page.
// The worker looks once a minute.

const { stack, logIn } = await useOps({ worker: true });
const { db, ses } = stack;
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 120_000 });

async function alertWith(subject: string): Promise<InboxMessage> {
  return (await eventually(async () => {
    const alerts = await ses.inbox({ to: "operator@example.com", template: "operator-alert" });
    const found = alerts.find((alert) => alert.subject.startsWith(subject));
    expect(found, alerts.map((alert) => alert.subject).join(", ")).toBeDefined();
    return found;
  })) as InboxMessage;
}

/** Opens the link of an alert in the operator's browser. @returns what the page says */
async function openLink({ links }: InboxMessage): Promise<string> {
  const link = links.find((each) => each.endsWith("/ops"));
  const page = await logIn(VARIANTS[0]);
  await page.goto(link ?? "");
  return await page.getByRole("main").innerText();
}

it("tells the operator that SES's events have stopped", { timeout: 300_000 }, async () => {
  await db.$executeRaw`
    INSERT INTO hourly_counts (hour, dimension, value, kind, count)
    VALUES (date_trunc('hour', now() - interval '1 hour', 'UTC'), 'source', 'eu-west-1/app',
      'accepted', 25)`;
  const alert = await alertWith("SES's events have stopped");
  expect(alert.text).toContain("SES accepted 25 emails in the last full hour");
  expect(alert.text).toContain("Look at the subscription of the topic");
  expect(await openLink(alert)).toContain("Last event of SES\nnone yet");
});

it(
  "tells the operator, when email goes out again, that sending was stopped and goes on",
  { timeout: 300_000 },
  async () => {
    await ses.control({ faults: [{ fault: "unverified-from" }] });
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ email: "operator@example.com" });
    await fetch(`${stack.url}/forgot-password`, { method: "POST", headers, body });
    await eventually(async () =>
      expect(await db.sendingStatus.findFirst()).toMatchObject({ stoppedBy: "misconfigured" }),
    );
    await db.sendingStatus.updateMany({ data: { stoppedAt: minutesAgo(2) } });
    await eventually(async () =>
      expect(await db.alert.findFirst({ where: { cause: "stopped" } })).not.toBeNull(),
    );
    const page = await logIn(VARIANTS[0]);
    await page.goto("/ops");
    await page.getByText("Sending is stopped because SES refuses every email.").waitFor();
    await ses.control({ faults: [] });
    await db.sendingStatus.updateMany({ data: { probeAt: new Date() } });
    const { text } = await alertWith("Sending is stopped");
    expect(text).toContain("Sending is stopped because SES refuses every email.");
    expect(text).toContain("This email had to wait until email went out again");
    const well = await alertWith("Sending goes on");
    expect(well.text).toContain("Email goes out again.");
    expect(await openLink(well)).toContain("Email goes out.");
  },
);
