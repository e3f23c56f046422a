import { useTestDb } from "@repo/db/testing";
import { type SnsBody, createTestSns } from "@repo/testing/sns";
import { beforeEach, expect, it } from "vitest";
import { applyEvents } from "./apply.ts";
import { createApplier } from "./coalesce.ts";
import type { SesEvent } from "./event.ts";
import { createIngest } from "./ingest.ts";
import { sesEvent } from "./test-event.ts";
import { claimAs, emptyOutbox, queueReset } from "../delivery/test-queue.ts";

const test = await useTestDb();
beforeEach(() => test.db.event.deleteMany());

const topicArn = "arn:aws:sns:eu-west-1:123456789012:ses-events";
const sns = createTestSns(topicArn);
const delivery = (sesMessageId: string): SnsBody =>
  sns.notify(
    JSON.stringify({
      eventType: "Delivery",
      mail: {
        messageId: sesMessageId,
        timestamp: new Date().toISOString(),
        destination: ["name@example.com"],
        tags: {},
      },
      delivery: { timestamp: new Date().toISOString(), recipients: ["name@example.com"] },
    }),
  );

it("applies an event once, whichever of two transports brings it", async () => {
  const fetch = async () => sns.pem;
  const webhook = createIngest({ db: test.db, topicArn, fetch, maxAge: 86_400 });
  const queue = createIngest({ db: test.db, topicArn, fetch });
  const body = JSON.stringify(delivery("0100-both"));
  const results = await Promise.all(
    [webhook, queue, webhook, queue].map(({ ingest }) => ingest(body)),
  );
  expect(results).toContainEqual(expect.objectContaining({ type: "Notification", events: 1 }));
  expect(await test.db.event.count()).toBe(1);
});

it("says that the app has refused an event, and that it comes again", async () => {
  await emptyOutbox(test.db);
  const id = await queueReset(test.db);
  const onEvents = () => Promise.reject(new RangeError("no such user: name@example.com"));
  const { ingest } = createIngest({ db: test.db, topicArn, fetch: async () => sns.pem, onEvents });
  const mail = {
    messageId: "0100-refused",
    timestamp: new Date().toISOString(),
    destination: ["name@example.com"],
    tags: { "message-id": [id] },
  };
  const body = JSON.stringify(sns.notify(JSON.stringify({ eventType: "Send", mail, send: {} })));
  await expect(ingest(body)).rejects.toMatchObject({
    code: "EVENT_REFUSED",
    retryable: true,
    message: "The app's onEvents has failed (RangeError). Correct it. The event comes again.",
  });
});

// `bouncedRecipients` is from the report of the recipient's mail server (Final-Recipient, RFC 3464).
// The owner of that server could name anybody.
// https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounced-recipients
it.each<[string, boolean, string]>([
  ["of a message of ours", true, "alias@attacker.example"],
  ["of a message that is not known here", false, "alias@attacker.example"],
  ["of a message that was redirected", true, "team@example.org"],
])(
  "suppresses the address that it went to, and not one that the event names: %s",
  async (_what, isOurs, went) => {
    await emptyOutbox(test.db);
    const id = isOurs ? await queueReset(test.db, "alias@attacker.example") : crypto.randomUUID();
    const { ingest } = createIngest({ db: test.db, topicArn, fetch: async () => sns.pem });
    const timestamp = new Date().toISOString();
    const victim = { emailAddress: "victim@example.net" };
    const mail = {
      messageId: `0100-${id}`,
      timestamp,
      destination: [went],
      tags: { "message-id": [id] },
    };
    const bounce = {
      bounceType: "Permanent",
      bounceSubType: "General",
      bouncedRecipients: [victim],
    };
    for (const published of [
      { eventType: "Bounce", mail, bounce: { ...bounce, timestamp } },
      { eventType: "Complaint", mail, complaint: { complainedRecipients: [victim], timestamp } },
      {
        eventType: "DeliveryDelay",
        mail,
        deliveryDelay: { delayedRecipients: [victim], timestamp },
      },
    ]) {
      await ingest(JSON.stringify(sns.notify(JSON.stringify(published))));
    }
    expect(await test.db.suppression.findMany()).toMatchObject([
      { addressKey: went, reason: "complaint", evidence: { named: victim.emailAddress } },
    ]);
    // The victim's next email goes out.
    const next = await queueReset(test.db, victim.emailAddress);
    expect((await claimAs(test.db)).messages.map((message) => message.id)).toContain(next);
  },
);

it("takes a message that was in the queue for days", async () => {
  const { ingest } = createIngest({ db: test.db, topicArn, fetch: async () => sns.pem });
  const Timestamp = new Date(Date.now() - 14 * 86_400_000).toISOString();
  const { Message } = delivery("0100-late");
  await ingest(JSON.stringify(sns.notify(Message!, { Timestamp })));
  expect(await test.db.event.count()).toBe(1);
});

it("keeps SNS's certificate for other processes, which then ask SNS for nothing", async () => {
  await test.db.snsCertificate.deleteMany();
  const take = (sesMessageId: string, fetch: () => Promise<string>) =>
    createIngest({ db: test.db, topicArn, fetch }).ingest(JSON.stringify(delivery(sesMessageId)));
  await take("0100-first", async () => sns.pem);
  await take("0100-second", () => Promise.reject(new Error("asked")));
  expect(await test.db.event.count()).toBe(2);
});

it("confirms a subscription once for each message, and says when SNS did not take it", async () => {
  const asked: string[] = [];
  let down = true;
  const { ingest } = createIngest({
    db: test.db,
    topicArn,
    fetch: async (url) => {
      if (url.pathname !== "/") return sns.pem;
      asked.push(url.href);
      if (down) throw new Error("SNS is down");
      return "";
    },
  });
  const body = JSON.stringify(sns.confirmation("SubscriptionConfirmation"));
  await expect(ingest(body)).rejects.toThrow("SNS is down");
  down = false;
  expect(await ingest(body)).toMatchObject({ type: "SubscriptionConfirmation", events: 0 });
  await ingest(JSON.stringify(sns.confirmation("UnsubscribeConfirmation")));
  expect(asked).toHaveLength(2);
});

const event = (sesMessageId: string, more: Partial<SesEvent> = {}) =>
  sesEvent("Delivery", { sesMessageId, ...more });

/** An applier, and how many events each of its statements had. */
function counted() {
  const statements: number[] = [];
  const apply = createApplier((events) => {
    statements.push(events.length);
    return applyEvents(test.db, events);
  });
  return { apply, statements };
}

it("applies calls of the same time in few statements, each answered after its commit", async () => {
  const { apply, statements } = counted();
  await Promise.all(
    Array.from({ length: 250 }, async (_, i) => {
      await apply([event(`0100-${i}`), event(`0100-${i}`, { type: "Open" })]);
      if (i % 25 > 0) return;
      expect(await test.db.event.count({ where: { sesMessageId: `0100-${i}` } })).toBe(2);
    }),
  );
  expect(await test.db.event.count()).toBe(500);
  expect(statements.length).toBeLessThan(10);
  expect(Math.max(...statements)).toBe(200);
});

it("lets no bad event fail others in its statement", async () => {
  const { apply, statements } = counted();
  const calls = Array.from({ length: 20 }, (_, i) =>
    // Longer than PostgreSQL's index takes.
    i % 5 === 4
      ? event(`0100-${i}`, {
          dedupeKey: Array.from({ length: 300 }, () => crypto.randomUUID()).join(""),
        })
      : event(`0100-${i}`),
  );
  const results = await Promise.allSettled(calls.map((each) => apply([each])));
  const failed = results.flatMap(({ status }, i) => (status === "rejected" ? [i] : []));
  expect(failed).toEqual([4, 9, 14, 19]);
  expect(await test.db.event.count()).toBe(16);
  expect(Math.max(...statements)).toBeGreaterThan(10);
  // The next ones are applied together again.
  await Promise.all([20, 21, 22].map((i) => apply([event(`0100-${i}`)])));
  expect(await test.db.event.count()).toBe(19);
});

it.each<[string, object, "stored" | "thrown"]>([
  ["is of no type", { eventType: undefined }, "thrown"],
  ["has no id of SES", { mail: { messageId: "x".repeat(700) } }, "thrown"],
  ["is about nobody", { mail: { destination: [] }, eventType: "Send" }, "stored"],
  ["fails in the app", {}, "thrown"],
])("stores that an event named our message if it %s", async (_, changes, then) => {
  const id = await queueReset(test.db);
  const failing = "app fails";
  const { ingest } = createIngest({
    db: test.db,
    topicArn,
    fetch: async () => sns.pem,
    onEvents: () => Promise.reject(new Error(failing)),
  });
  const { mail = {}, ...others } = changes as { mail?: object };
  const named = {
    eventType: "Delivery",
    delivery: { recipients: ["name@example.com"] },
    ...others,
    mail: {
      messageId: "0100-named",
      destination: ["name@example.com"],
      tags: { "message-id": [id] },
      ...mail,
    },
  };
  // A repetition adds nothing.
  for (let times = 0; times < 2; times++) {
    const ingested = ingest(JSON.stringify(sns.notify(JSON.stringify(named)))).then(
      () => "stored",
      () => "thrown",
    );
    expect(await ingested).toBe(then);
  }
  expect(await test.db.event.findMany()).toMatchObject([{ messageId: id, type: "Unprocessed" }]);
  expect(await test.db.message.findUnique({ where: { id } })).toMatchObject({ state: "queued" });
});

it("stores nothing of an event that it cannot read and that names no message of ours", async () => {
  const { ingest } = createIngest({ db: test.db, topicArn, fetch: async () => sns.pem });
  const named = { mail: { tags: { "message-id": ["another system's"] } } };
  await expect(ingest(JSON.stringify(sns.notify(JSON.stringify(named))))).rejects.toMatchObject({
    code: "MALFORMED_EVENT",
  });
  expect(await test.db.event.count()).toBe(0);
});
