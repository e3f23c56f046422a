import { createTestDb, useTestDb } from "@repo/db/testing";
import type { SendResult, Transport } from "@repo/email/deliver";
import { createEnqueue } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { expect, it } from "vitest";
import { z } from "zod";
import { createMetrics } from "./metrics.ts";

const test = await useTestDb();

const MARK = "marked-secret";
const templates = {
  link: {
    props: z.object({ url: z.url() }),
    category: "security",
    onUnknown: "resend",
    expiry: 60,
  },
} as const;
const message = {
  template: "link",
  to: `${MARK}@example.com`,
  props: { url: `https://app.example.com/?token=${MARK}` },
} as const;

/** The value of one line, such as `email_workers`. */
function valueOf(text: string, line: string): number | undefined {
  const found = text.split("\n").find((each) => each.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
}

it("reports what waits, how sending goes and the result of each call, without an address, link or error", async () => {
  const enqueue = createEnqueue({ keys: keysOf(MARK.repeat(3)), templates });
  await test.db.$transaction((tx) => enqueue(tx, message));
  await test.db.sendingStatus.updateMany({ data: { stoppedBy: "paused", stoppedError: MARK } });
  const metrics = createMetrics(test.db);
  const answers: SendResult[] = [
    { result: "accepted", sesMessageId: MARK },
    { result: "throttled", code: MARK, error: MARK, next: MARK },
  ];
  const transport: Transport = {
    concurrency: 7,
    send: () => Promise.resolve(answers.pop() ?? { result: "accepted", sesMessageId: MARK }),
    quota: () => Promise.resolve(undefined),
    close: () => undefined,
  };
  const counted = metrics.counted(transport);
  expect(counted.concurrency).toBe(7);
  const outgoing = {
    ...message,
    id: MARK,
    category: "security",
    subject: MARK,
    html: "",
    text: "",
  };
  expect(await counted.send(outgoing)).toMatchObject({ result: "throttled" });
  await counted.send(outgoing);

  const taken = { type: "Notification" as const, messageId: MARK, events: 2 };
  const ingest = () => Promise.resolve({ ...taken, types: ["Delivery", "other"] });
  expect(await metrics.countedEvents(ingest)(MARK)).toMatchObject(taken);

  const text = await metrics.text();
  expect(valueOf(text, 'email_events_total{type="Delivery"}')).toBe(1);
  expect(valueOf(text, 'email_events_total{type="other"}')).toBe(1);
  expect(valueOf(text, 'email_events_total{type="Complaint"}')).toBe(0);
  expect(valueOf(text, "email_database_up")).toBe(1);
  expect(valueOf(text, 'email_open{state="queued"}')).toBe(1);
  expect(valueOf(text, 'email_open{state="in_doubt"}')).toBe(0);
  expect(valueOf(text, 'email_waiting{category="security"}')).toBe(1);
  expect(valueOf(text, 'email_waiting_oldest_seconds{category="security"}')).toBeLessThan(600);
  expect(valueOf(text, 'email_sending{state="stopped"}')).toBe(1);
  expect(valueOf(text, 'email_sending{state="sending"}')).toBe(0);
  expect(valueOf(text, "email_workers")).toBe(0);
  expect(valueOf(text, 'email_day{outcome="bounced"}')).toBe(0);
  expect(valueOf(text, 'email_call_seconds_count{result="throttled"}')).toBe(1);
  expect(valueOf(text, 'email_call_seconds_count{result="accepted"}')).toBe(1);
  expect(text).toContain("process_cpu_seconds_total");
  expect(text).not.toContain(MARK);
  expect(text).not.toContain("example.com");
});

it("says that the database does not answer, and leaves its figures out", async () => {
  const gone = await createTestDb();
  const metrics = createMetrics(gone.db);
  await gone.drop();
  const text = await metrics.text();
  expect(valueOf(text, "email_database_up")).toBe(0);
  expect(valueOf(text, 'email_open{state="queued"}')).toBeUndefined();
  expect(text).not.toMatch(/^email_sending\{/m);
  expect(text).toContain("process_cpu_seconds_total");
});
