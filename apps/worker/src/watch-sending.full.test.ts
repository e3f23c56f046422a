import { useTestDb } from "@repo/db/testing";
import { keysOf } from "@repo/email/keys";
import { findMessage, listMessages } from "@repo/email/log";
import { createSealer } from "@repo/email/seal";
import { pino } from "pino";
import { expect, it, vi } from "vitest";
import { watchSending } from "./watch-sending.ts";

const test = await useTestDb();

const keys = keysOf("a key of the tests with 32 characters");
const lines: string[] = [];
const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });

/** Watches as a worker does. @returns a function that ends it */
function watch(): () => Promise<void> {
  const stop = new AbortController();
  const watching = watchSending({
    env: { APP_URL: "https://app.example.com", APP_VERSION: "1.2.3", EMAIL_KEY: keys },
    db: test.db,
    log,
    once: false,
    signal: stop.signal,
    sinceLastLook: () => 0,
    operators: () =>
      Promise.resolve([
        { email: "kim@example.com", locale: "de" },
        { email: "sam@example.com", locale: null },
      ]),
  });
  return () => (stop.abort(), watching);
}
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 20 });
const alerts = async () =>
  (await listMessages(test.db, { template: "operator-alert" })).messages.toSorted((a, b) =>
    a.to.localeCompare(b.to),
  );

it("shows that it runs, and its version, until it ends", async () => {
  const end = watch();
  await eventually(async () =>
    expect(await test.db.worker.findMany()).toMatchObject([{ version: "1.2.3" }]),
  );
  await end();
  expect(await test.db.worker.count()).toBe(0);
});

it("emails each operator once, with two workers, and logs the alert too", async () => {
  await test.db.$executeRaw`UPDATE sending_status SET stopped_by = 'paused',
    stopped_error = 'AccessDenied: arn:aws:secret', stopped_at = now() - interval '2 minutes'`;
  const ends = [watch(), watch()];
  await eventually(() => expect(lines.join("")).toContain("an operator must look"));
  await Promise.all(ends.map((end) => end()));
  const queued = await alerts();
  expect(queued).toMatchObject([
    { to: "kim@example.com", category: "security", state: "queued" },
    { to: "sam@example.com", category: "security", state: "queued" },
  ]);
  expect(lines.filter((line) => line.includes("an operator must look"))).toHaveLength(1);
  expect(lines.join("")).not.toMatch(/secret|example\.com/);
  // It expires within an hour, so that nobody gets an old alert.
  const { expiresAt, createdAt } = queued[0] ?? {};
  expect((expiresAt?.getTime() ?? 0) - (createdAt?.getTime() ?? 0)).toBeLessThan(3_700_000);
  const [row] = await test.db.message.findMany({ where: { to: "sam@example.com" } });
  const opened = createSealer(keys).open(row?.id ?? "", row?.payload ?? new Uint8Array());
  expect(opened).toMatchObject({
    props: {
      cause: "stopped",
      isWell: false,
      what: "Sending is stopped because AWS has paused it.",
      url: "https://app.example.com/ops",
    },
  });
  expect(JSON.stringify(opened)).not.toMatch(/secret|arn:/);
  expect(await findMessage(test.db, row?.id ?? "")).toMatchObject({ state: "queued" });
});

it("emails the operators when it is well again", async () => {
  await test.db.sendingStatus.updateMany({ data: { stoppedBy: null } });
  const end = watch();
  await eventually(async () => expect(await alerts()).toHaveLength(4));
  await end();
  expect(lines.join("")).toContain("well again");
});
