import { beforeEach, describe, expect, it } from "vitest";
import { allowEvidence, evidenceStops } from "../evidence-stops.ts";
import { applyEvents } from "../events.ts";
import { sesEvent } from "../events/test-event.ts";
import { findMessage } from "../log.ts";
import { judge } from "./evidence.ts";
import { type Others, SOURCE, otherCalls } from "./test-evidence.ts";
import {
  accepted,
  claimAs,
  queueChanged,
  queueReset,
  queueWelcome,
  refused,
  doubtSeconds,
  useOutbox,
  work,
  settleAs,
  loseLeases,
  endDoubts,
} from "./test-queue.ts";

// The call in doubt was claimed two hours ago.
const LEASE = 30;
const RULES = { horizon: 900 };
const waits = { ...doubtSeconds, evidence: 24 * 60 * 60 };

const test = await useOutbox();
beforeEach(async () => {
  await test.db.evidenceStop.deleteMany();
  await test.db.sendingStatus.updateMany({ data: { stoppedBy: null, restoredAt: null } });
});

const find = (id: string) => test.db.message.findUniqueOrThrow({ where: { id } });

/** A message that has been in doubt for two hours, because its worker died. */
async function doubt(queue = queueChanged, source: string | undefined = SOURCE): Promise<string> {
  const id = await queue(test.db);
  await claimAs(test.db, { eventSources: { security: source, other: source } });
  await loseLeases(test.db, waits);
  await test.db.$executeRaw`
    UPDATE attempts SET started_at = now() - interval '2 hours' WHERE message_id = ${id}::uuid`;
  expect(await find(id)).toMatchObject({ state: "unknown" });
  return id;
}

const judged = () => judge(test.db, LEASE, RULES);

describe("after a restored backup", () => {
  /** @param seconds from the claim in doubt to the restore */
  const restoredAt = (seconds: number) => test.db.$executeRaw`
    UPDATE sending_status SET restored_at = now() - interval '2 hours' + ${seconds} * interval '1 second'`;

  it("nothing is judged that was claimed before it", async () => {
    const id = await doubt();
    await otherCalls(test.db, { count: 300, every: 20 });
    await restoredAt(10);
    expect(await judged()).toEqual([]);
    expect(await find(id)).toMatchObject({ state: "unknown" });
    await restoredAt(-600);
    expect(await judged()).toMatchObject([{ id }]);
  });

  it("calls from before it count for nothing", async () => {
    const id = await doubt();
    // Four of the hundred are from after it.
    await otherCalls(test.db, { count: 100, every: 60 });
    await restoredAt(-90);
    expect(await judged()).toEqual([]);
    await restoredAt(-301);
    expect(await judged()).toMatchObject([{ id }]);
  });

  it("nothing is judged until an operator has decided", async () => {
    await doubt();
    await otherCalls(test.db);
    await test.db.sendingStatus.updateMany({ data: { stoppedBy: "restored" } });
    expect(await judged()).toEqual([]);
  });
});

describe("a message that had not been sent", () => {
  it("is queued again once every other call of its time has its Send event", async () => {
    const id = await doubt();
    await otherCalls(test.db);
    expect(await judged()).toEqual([{ id, template: "password-changed" }]);
    expect(await find(id)).toMatchObject({ state: "queued", judgedUnsent: 1 });
    expect((await findMessage(test.db, id))?.timeline.map(({ what }) => what)).toEqual([
      "attempt",
      "queued",
      "judged",
    ]);
    // Another copy is accepted, and its event follows.
    const { messages } = await claimAs(test.db);
    expect(messages).toMatchObject([{ id, isJudged: true }]);
  });

  it("is queued again if only the answer was lost, and the worker lives", async () => {
    const id = await queueWelcome(test.db);
    await work(test.db, refused("unknown"), { eventSources: { other: SOURCE } });
    await test.db.$executeRaw`
      UPDATE attempts SET started_at = now() - interval '2 hours' WHERE message_id = ${id}::uuid`;
    await otherCalls(test.db);
    expect(await judged()).toMatchObject([{ id }]);
  });

  it("is queued again if both copies of a resend are in doubt, and not if only the first is", async () => {
    const id = await doubt(queueReset);
    await otherCalls(test.db);
    expect(await judged()).toEqual([]);
    await endDoubts(test.db, waits);
    await claimAs(test.db, { eventSources: { security: SOURCE } });
    await loseLeases(test.db, waits);
    // Its second copy is younger than the horizon.
    expect(await judged()).toEqual([]);
    await test.db.$executeRaw`
      UPDATE attempts SET started_at = now() - interval '119 minutes' WHERE message_id = ${id}::uuid AND number = 2`;
    expect(await judged()).toMatchObject([{ id }]);
  });

  it("stays in doubt for a day, and not beyond its expiry", async () => {
    const id = await doubt();
    const [row] = await test.db.$queryRaw<{ seconds: number }[]>`
      SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM messages`;
    expect(row?.seconds).toBeGreaterThan(23 * 60 * 60);
    await test.db
      .$executeRaw`UPDATE messages SET expires_at = now() + interval '1 hour' WHERE id = ${id}::uuid`;
    await expireAgain(id);
    expect(await find(id)).toMatchObject({ state: "unknown" });
    await endDoubts(test.db, waits);
    expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });

    /** Claimed anew, and its worker dies. */
    async function expireAgain(of: string): Promise<void> {
      await otherCalls(test.db);
      await judged();
      await claimAs(test.db, { eventSources: { security: SOURCE } });
      await loseLeases(test.db, waits);
      const [due] = await test.db.$queryRaw<{ seconds: number }[]>`
        SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM messages WHERE id = ${of}::uuid`;
      expect(due?.seconds).toBeLessThanOrEqual(60 * 60);
    }
  });

  it("is queued again twice and no more, then closed by its policy", async () => {
    const id = await doubt();
    await otherCalls(test.db, { count: 200, every: 30 });
    for (const times of [1, 2]) {
      expect(await judged()).toHaveLength(1);
      await claimAs(test.db, { eventSources: { security: SOURCE } });
      await loseLeases(test.db, waits);
      expect(await find(id)).toMatchObject({ judgedUnsent: times, state: "unknown" });
      await test.db.$executeRaw`UPDATE messages SET judged_at = now() - interval '118 minutes'`;
      await test.db.$executeRaw`
        UPDATE attempts SET started_at = now() - interval '117 minutes'
        WHERE message_id = ${id}::uuid AND number = ${times + 1}`;
    }
    expect(await judged()).toEqual([]);
    await endDoubts(test.db, waits);
    expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
  });
});

describe("nothing is judged if", () => {
  it.each<[string, Others]>([
    ["one call has no Send event", { unheard: [50] }],
    ["the first call has no Send event", { unheard: [0] }],
    ["there are 99 calls", { count: 99 }],
    ["19 calls began when it could no longer be sent", { count: 119, every: 9.35 }],
    ["the last call is younger than the horizon", { every: 70 }],
    ["the calls are of another configuration set", { source: "eu-west-1/other" }],
    ["the calls are of another region", { source: "us-east-1/app" }],
    ["the Send events are of two accounts", { account: (n) => (n < 20 ? "111" : "222") }],
    ["the calls are of before", { from: -100 * 60 }],
  ])("%s", async (_, others) => {
    const id = await doubt();
    await otherCalls(test.db, others);
    expect(await judged()).toEqual([]);
    expect(await find(id)).toMatchObject({ state: "unknown", judgedUnsent: 0 });
  });

  it("the call had no configuration set, or went by SMTP", async () => {
    const id = await queueChanged(test.db);
    await work(test.db, refused("unknown"));
    await test.db.$executeRaw`UPDATE attempts SET started_at = now() - interval '2 hours'`;
    await otherCalls(test.db);
    expect(await judged()).toEqual([]);
    expect(await find(id)).toMatchObject({ state: "unknown", eventSource: null });
  });

  it.each(["Send", "Delivery", "Open", "RenderingFailure", "Unprocessed"])(
    "an event of type %s names it",
    async (type) => {
      const id = await doubt();
      await otherCalls(test.db);
      // Stored by a version that did not close the message.
      await test.db.event.create({
        data: {
          messageId: id,
          sesMessageId: "ses-x",
          type,
          recipient: "",
          recipientKey: "",
          dedupeKey: "x",
          occurredAt: new Date(),
          detail: {},
        },
      });
      expect(await judged()).toEqual([]);
    },
  );

  it("the message was accepted by an answer that came after its lease", async () => {
    const id = await doubt();
    await otherCalls(test.db);
    const [attempt] = await test.db.attempt.findMany({ where: { messageId: id } });
    const claimedAt = attempt!.startedAt.toISOString();
    await settleAs(test.db, [{ id, attempt: 1, claimedAt }], accepted);
    expect(await judged()).toEqual([]);
  });

  it("a day has passed, and the policy decides", async () => {
    const id = await doubt();
    await endDoubts(test.db, waits);
    await otherCalls(test.db);
    expect(await judged()).toEqual([]);
    expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
  });
});

describe("false evidence", () => {
  const send = (messageId: string, occurredAt: Date) =>
    applyEvents(test.db, [sesEvent("Send", { messageId, occurredAt })]);
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);

  it("ends the evidence of its configuration set, until an operator allows it again", async () => {
    const first = await doubt();
    await otherCalls(test.db, { count: 105 });
    await judged();
    await send(first, ago(119));
    expect(await evidenceStops(test.db)).toMatchObject([{ eventSource: SOURCE, messageId: first }]);
    // It had been sent: no second copy.
    expect(await find(first)).toMatchObject({ state: "closed", closedReason: "sent" });

    const second = await doubt();
    expect(await judged()).toEqual([]);
    const elsewhere = await doubt(queueChanged, "eu-west-1/other");
    await otherCalls(test.db, { source: "eu-west-1/other" });
    expect(await judged()).toMatchObject([{ id: elsewhere }]);

    const decision = { by: "operator", because: "the queue was purged by hand" };
    await allowEvidence(test.db, SOURCE, decision);
    expect(await judged()).toMatchObject([{ id: second }]);
    expect((await findMessage(test.db, first))?.timeline).toContainEqual(
      expect.objectContaining({ what: "operator", action: "allow-evidence", ...decision }),
    );
    await expect(allowEvidence(test.db, SOURCE, decision)).rejects.toMatchObject({
      code: "EVIDENCE_NOT_STOPPED",
    });
  });

  it("is not the Send event of a copy that was sent afterwards", async () => {
    const id = await doubt();
    await otherCalls(test.db);
    await judged();
    await claimAs(test.db, { eventSources: { security: SOURCE } });
    await send(id, new Date());
    expect(await evidenceStops(test.db)).toEqual([]);
  });
});

describe("a message that was judged", () => {
  it("is claimed one at a time, together with others, and not by a worker that has one", async () => {
    const ids = [await doubt(), await doubt(), await doubt()];
    await otherCalls(test.db);
    expect((await judged()).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    const ordinary = await queueWelcome(test.db);
    const first = await claimAs(test.db);
    expect(first.messages.filter(({ isJudged }) => isJudged)).toHaveLength(1);
    expect(first.messages.map(({ id }) => id)).toContain(ordinary);
    expect((await claimAs(test.db, { takesJudged: false })).messages).toEqual([]);
    expect((await claimAs(test.db)).messages).toHaveLength(1);
  });
});
