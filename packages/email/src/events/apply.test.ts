import type { ClosedReason, MessageState, Outcome, Prisma } from "@repo/db";
import { useTestDb } from "@repo/db/testing";
import { full } from "@repo/testing/full";
import { anyCharacter } from "@repo/testing/any-character";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { uuidv7 } from "../uuid.ts";
import { applyEvents } from "./apply.ts";
import { attachEvents } from "./attach.ts";
import type { Effect } from "../suppression/effect.ts";
import type { SesEvent } from "./event.ts";
import { parseSesEvent } from "./ses/parse.ts";
import { sesEvent } from "./test-event.ts";

const test = await useTestDb();

interface Start {
  state: MessageState;
  closedReason?: ClosedReason;
  /** SES's id, of an attempt that has ended. */
  sesMessageId?: string;
}

/** A message as the worker left it. */
async function message({ state, closedReason, sesMessageId }: Start): Promise<string> {
  const id = uuidv7();
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000);
  const data: Prisma.MessageCreateInput = {
    id,
    template: "welcome",
    category: "account",
    to: "name@example.com",
    toKey: "name@example.com",
    onUnknown: "resend",
    state,
    ...(state === "closed"
      ? { closedReason: closedReason ?? "sent", closedAt: new Date() }
      : { payload: Buffer.from("sealed") }),
    ...(state === "sending" && {
      leaseId: crypto.randomUUID(),
      leaseExpiresAt: inSeconds(30),
    }),
    // Of a resend: the first copy may have been sent.
    ...(state === "queued" && { resent: true, dueAt: inSeconds(3600) }),
  };
  await test.db.message.create({ data });
  if (sesMessageId) await recordSend(id, sesMessageId);
  return id;
}

/** Settles the call: SES's id is known from now on. */
async function recordSend(messageId: string, sesMessageId: string): Promise<void> {
  const accepted = { number: 1, result: "accepted", finishedAt: new Date() };
  await test.db.attempt.create({ data: { messageId, sesMessageId, ...accepted } });
}

const find = (id: string) =>
  test.db.message.findUniqueOrThrow({ where: { id }, include: { events: true } });

let count = 0;
const newSesId = () => `0100-${++count}`;

const EFFECTS: Record<string, Effect> = { Bounce: "soft", Complaint: "complaint" };

function event(sesMessageId: string, type: string, more: Partial<SesEvent> = {}): SesEvent {
  return sesEvent(type, { sesMessageId, effect: EFFECTS[type], ...more });
}

const closedAs = (reason: ClosedReason, outcome: Outcome) => ({
  state: "closed",
  closedReason: reason,
  outcome,
  payload: null,
  leaseId: null,
  leaseExpiresAt: null,
});

describe("finds its message", () => {
  it("by our tag, before the answer of SES is recorded", async () => {
    const id = await message({ state: "sending" });
    await applyEvents(test.db, [event(newSesId(), "Send", { messageId: id })]);
    expect(await find(id)).toMatchObject({
      ...closedAs("sent", "sent"),
      events: [{ type: "Send" }],
    });
  });

  it("by SES's id, where the event has no tag of ours", async () => {
    const sesId = newSesId();
    const id = await message({ state: "closed", sesMessageId: sesId });
    for (const tag of [undefined, "", "not an id", uuidv7()]) {
      await applyEvents(test.db, [
        event(sesId, "Delivery", { messageId: tag, dedupeKey: `${tag}` }),
      ]);
    }
    const found = await find(id);
    expect(found).toMatchObject(closedAs("sent", "delivered"));
    expect(found.events).toHaveLength(4);
  });

  it("once its call is settled, if the event came first", async () => {
    const sesId = newSesId();
    const id = await message({ state: "unknown" });
    await applyEvents(test.db, [event(sesId, "Send"), event(sesId, "Bounce")]);
    expect(await find(id)).toMatchObject({ state: "unknown", outcome: "none" });
    expect(await test.db.event.count({ where: { sesMessageId: sesId, messageId: null } })).toBe(2);

    await recordSend(id, sesId);
    expect(await attachEvents(test.db, { sesMessageIds: [sesId] })).toMatchObject({ attached: 2 });
    expect(await attachEvents(test.db, { sesMessageIds: [sesId] })).toMatchObject({ attached: 0 });
    const found = await find(id);
    expect(found).toMatchObject(closedAs("sent", "bounced"));
    expect(found.events).toHaveLength(2);
  });

  it("by housekeeping, if the process ended after the commit", async () => {
    const sesId = newSesId();
    const id = await message({ state: "unknown" });
    await applyEvents(test.db, [event(sesId, "Send")]);
    await recordSend(id, sesId);
    expect(await attachEvents(test.db)).toMatchObject({ attached: 1 });
    expect(await find(id)).toMatchObject(closedAs("sent", "sent"));
  });

  it("even if the event and the settlement each looked before the other had committed", async () => {
    const sesId = newSesId();
    const id = await message({ state: "unknown" });
    // A lock stops the statement that stores the event, after it has looked for the attempt.
    await test.db.$executeRaw`
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END'`;
    await test.db.$executeRaw`
      CREATE TRIGGER wait BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION wait()`;
    const applying = await test.db.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(1)`;
      const started = applyEvents(test.db, [event(sesId, "Bounce")]);
      await vi.waitFor(
        async () => {
          const [row] = await test.db.$queryRaw<{ waiting: boolean }[]>`
          SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS waiting`;
          expect(row?.waiting).toBe(true);
        },
        { timeout: 60_000 },
      );
      await recordSend(id, sesId);
      expect(await attachEvents(test.db, { sesMessageIds: [sesId] })).toMatchObject({
        attached: 0,
      });
      return { started };
    });
    await applying.started;
    expect(await find(id)).toMatchObject(closedAs("sent", "bounced"));
    await test.db.$executeRaw`DROP TRIGGER wait ON events`;
  });
});

it("keeps an event about a message that nobody knows, once", async () => {
  const unknown = event(newSesId(), "Bounce", { messageId: uuidv7() });
  expect(await applyEvents(test.db, [unknown, unknown])).toEqual({ stored: 1 });
  expect(await applyEvents(test.db, [unknown])).toEqual({ stored: 0 });
  expect(
    await test.db.event.findMany({ where: { sesMessageId: unknown.sesMessageId } }),
  ).toMatchObject([{ type: "Bounce", messageId: null }]);
});

it("stores types without an outcome, known or not", async () => {
  const sesId = newSesId();
  const id = await message({ state: "unknown" });
  const types = ["Open", "Click", "Subscription", "Rendering Failure", "Something New"];
  await applyEvents(
    test.db,
    types.map((type) => event(sesId, type, { messageId: id })),
  );
  const found = await find(id);
  expect(found).toMatchObject({ state: "unknown", outcome: "none", closedReason: null });
  expect(found.events).toHaveLength(types.length);
});

it("stores an event with characters that PostgreSQL does not accept", async () => {
  const id = await message({ state: "unknown" });
  const detail = { "user\0Agent": "\0 \ud800 ✓", list: ["\0"], text: String.raw`\u0000` };
  await applyEvents(test.db, [event(newSesId(), "Send", { messageId: id, detail })]);
  const [stored] = (await find(id)).events;
  expect(stored?.detail).toEqual({
    "user\ufffdAgent": "\ufffd \ufffd ✓",
    list: ["\ufffd"],
    text: String.raw`\u0000`,
  });
});

it("can store whatever the parser reads", async () => {
  const han = fc.integer({ min: 0x4e00, max: 0x9fff }).map((code) => String.fromCharCode(code));
  // Any characters, those that PostgreSQL does not have, and more than an index holds.
  const text = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.string({ unit: fc.constantFrom("a", "@", "\0", "\ud800") }),
    fc.string({ unit: han, minLength: 150, maxLength: 400, size: "max" }),
  );
  // Nearly all of fast-check's own dates are in years of five digits, which no parser reads.
  const date = fc.date({ noInvalidDate: true, max: new Date("9999-12-31"), min: new Date(0) });
  const time = fc.oneof(
    { arbitrary: date.map((each) => each.toISOString()), weight: 4 },
    { arbitrary: text, weight: 1 },
  );
  const published = fc.record({
    eventType: fc.oneof(
      { arbitrary: fc.constantFrom("Bounce", "Open"), weight: 4 },
      { arbitrary: text, weight: 1 },
    ),
    bounce: fc.record({
      bounceType: text,
      feedbackId: text,
      timestamp: time,
      bouncedRecipients: fc.array(fc.record({ emailAddress: text, status: text })),
    }),
    open: fc.record({ userAgent: text, timestamp: time }),
    mail: fc.record({
      messageId: text,
      timestamp: time,
      destination: fc.array(text),
      tags: fc.record({ "message-id": fc.array(text) }),
    }),
  });
  // Always among them, so that one at least is stored.
  const timestamp = "2026-11-28T12:00:00.000Z";
  const bounce = { bounceType: "", feedbackId: "", timestamp, bouncedRecipients: [] };
  const mail = {
    messageId: newSesId(),
    timestamp,
    destination: ["ada@example.com"],
    tags: { "message-id": [] },
  };
  const readable = { eventType: "Open", bounce, open: { userAgent: "", timestamp }, mail };
  let stored = 0;
  await fc.assert(
    fc.asyncProperty(published, async (payload) => {
      let read: SesEvent[] = [];
      try {
        read = parseSesEvent(JSON.stringify(payload), new Date());
      } catch (error) {
        expect(error).toMatchObject({ code: "MALFORMED_EVENT" });
      }
      stored += (await applyEvents(test.db, read)).stored;
    }),
    { numRuns: full ? 500 : 6, examples: [[readable]] },
  );
  expect(stored).toBeGreaterThan(0);
});

it.each<[Start, ClosedReason]>([
  [{ state: "queued" }, "sent"],
  [{ state: "sending" }, "sent"],
  [{ state: "unknown" }, "sent"],
  [{ state: "closed", closedReason: "unknown" }, "sent"],
  [{ state: "closed", closedReason: "sent" }, "sent"],
  [{ state: "closed", closedReason: "failed" }, "failed"],
  [{ state: "closed", closedReason: "suppressed" }, "suppressed"],
  [{ state: "closed", closedReason: "expired" }, "expired"],
  [{ state: "closed", closedReason: "cancelled" }, "cancelled"],
])("closes %o as %s, and erases its contents", async (start, reason) => {
  const id = await message(start);
  await applyEvents(test.db, [event(newSesId(), "Delivery", { messageId: id })]);
  expect(await find(id)).toMatchObject(closedAs(reason, "delivered"));
});

it.each(["Bounce", "Complaint"])("counts a %s without an effect as a delivery", async (type) => {
  const id = await message({ state: "closed" });
  // Out of office; a complaint that was taken back.
  const effect = type === "Bounce" ? undefined : "not-spam";
  await applyEvents(test.db, [event(newSesId(), type, { messageId: id, effect })]);
  expect(await find(id)).toMatchObject({ outcome: "delivered" });
});

const ORDER: Outcome[] = ["sent", "delayed", "delivered", "rejected", "bounced", "complained"];
const TYPES = ["Send", "DeliveryDelay", "Delivery", "Reject", "Bounce", "Complaint", "Open"];
const outcomeOf = (type: string): Outcome => ORDER[TYPES.indexOf(type)] ?? "none";

it("ends in the same outcome whatever the order, the repetition and the batches", async () => {
  const starts: Start[] = [
    { state: "queued" },
    { state: "sending" },
    { state: "unknown" },
    { state: "closed", closedReason: "unknown" },
    { state: "closed", closedReason: "failed" },
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1 }),
      fc.infiniteStream(fc.nat()),
      fc.array(fc.tuple(fc.nat({ max: 2 }), fc.boolean()), { minLength: 7, maxLength: 21 }),
      async (start, types, random, plan) => {
        const sesId = newSesId();
        const id = await message(start);
        // Each type at least once, and as often as the plan repeats it, shuffled.
        const all = [...types, ...plan.slice(0, 7).map(([i]) => types[i] ?? types[0]!)]
          .map((type) => ({ type, at: random.next().value }))
          .sort((a, b) => a.at - b.at);
        const batches = [0, 1, 2].map((n) =>
          all.filter((_, i) => (plan[i % plan.length]?.[0] ?? 0) === n),
        );
        const apply = (batch: typeof all) =>
          applyEvents(
            test.db,
            batch.map(({ type }, i) =>
              // With the tag, or with SES's id alone. That id becomes known at some point in between.
              event(sesId, type, { messageId: plan[i % plan.length]?.[1] ? id : undefined }),
            ),
          );
        const settle = async () => {
          await recordSend(id, sesId);
          await attachEvents(test.db, { sesMessageIds: [sesId] });
        };
        await Promise.all([apply(batches[0]!), settle(), apply(batches[1]!)]);
        await apply(batches[2]!);

        const found = await find(id);
        const outcome =
          ORDER.findLast((each) => types.some((type) => outcomeOf(type) === each)) ?? "none";
        expect(found.outcome).toBe(outcome);
        expect(found.events.map(({ type }) => type).sort()).toEqual(types.toSorted());
        if (outcome === "none") expect(found.state).toBe(start.state);
        else
          expect(found).toMatchObject(
            closedAs(start.closedReason === "failed" ? "failed" : "sent", outcome),
          );
      },
    ),
    { numRuns: full ? 300 : 10 },
  );
});

it("does not deadlock: several that apply the same events in any order, and workers that settle", async () => {
  for (let round = 0; round < (full ? 10 : 3); round++) {
    const ids = await Promise.all(Array.from({ length: 20 }, () => message({ state: "sending" })));
    const events = ids.flatMap((id) => {
      const sesId = newSesId();
      return ["Send", "Delivery"].map((type) => event(sesId, type, { messageId: id }));
    });
    // A worker's settlement: all its messages in one transaction, in the order of their ids.
    const settle = () =>
      test.db.$transaction(async (tx) => {
        for (const id of ids.toSorted()) {
          await tx.$executeRaw`SELECT FROM messages WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
        }
        await tx.$executeRaw`
          UPDATE messages SET state = 'unknown', lease_id = NULL, lease_expires_at = NULL
          WHERE id = ANY(${ids}::uuid[]) AND state = 'sending'`;
      });
    const part = (i: number) => events.filter((_, at) => i < 2 || (at * 7 + i) % 3 > 0);
    const applied = await Promise.all([
      settle(),
      ...Array.from({ length: 6 }, (_, i) =>
        applyEvents(test.db, i % 2 ? part(i) : part(i).toReversed()),
      ),
    ]);
    expect(applied.reduce((sum, each) => sum + (each?.stored ?? 0), 0)).toBe(events.length);
    for (const id of ids) expect(await find(id)).toMatchObject(closedAs("sent", "delivered"));
  }
});
