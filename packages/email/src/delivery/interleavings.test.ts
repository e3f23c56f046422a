import { useTestDb } from "@repo/db/testing";
import type { Message, OnUnknown } from "@repo/db";
import { full } from "@repo/testing/full";
import fc from "fast-check";
import { expect, it } from "vitest";
import { cancel } from "../cancel.ts";
import { attachEvents } from "../events/attach.ts";
import { applyEvents } from "../events.ts";
import { sesEvent } from "../events/test-event.ts";
import { changeMessages } from "../operator.ts";
import { type Claim, type Claimed, release } from "./claim.ts";
import { judge } from "./evidence.ts";
import { type Settlement, settle } from "./settle.ts";
import { sweep } from "./sweep.ts";
import { SOURCE, otherCalls } from "./test-evidence.ts";
import {
  claimAs,
  emptyOutbox,
  makeAllDue,
  expireLeases,
  queueChanged,
  queueReset,
  doubtSeconds,
} from "./test-queue.ts";

// Two workers and an SES that loses answers, taking any steps in any order on a real database.
// More runs: INTERLEAVINGS=5000; the same ones again: SEED=1.
const runs = Number(process.env["INTERLEAVINGS"] || (full ? 60 : 4));
const seed = Number(process.env["SEED"] || Date.now() % 1_000_000);

const test = await useTestDb();

const worker = fc.integer({ min: 0, max: 1 });
const index = fc.integer({ min: 0, max: 2 });
const answer = fc.constantFrom(
  "accepted",
  "taken, answer lost",
  "not taken, answer lost",
  "throttled",
  "unreachable",
  "permanent",
);
const fourAnswers = fc.array(answer, { minLength: 4, maxLength: 4 });
const small = fc.oneof(
  fc.record({ do: fc.constant("claim"), worker, limit: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant("send"), worker, answers: fourAnswers }),
  fc.record({ do: fc.constant("settle"), worker }),
  fc.record({ do: fc.constant("release"), worker }),
  fc.record({ do: fc.constant("crash"), worker }),
  fc.record({ do: fc.constant("leases end") }),
  fc.record({ do: fc.constant("waits end") }),
  fc.record({ do: fc.constant("sweep") }),
  fc.record({
    do: fc.constant("event"),
    message: index,
    type: fc.constantFrom("Send", "Delivery", "DeliveryDelay", "Bounce", "Complaint", "Reject"),
    tagged: fc.boolean(),
  }),
  fc.record({ do: fc.constant("cancel"), message: index }),
  fc.record({ do: fc.constant("retry"), message: index }),
  fc.record({ do: fc.constant("expire"), message: index }),
  fc.record({ do: fc.constant("suppress"), message: index }),
);
// Several steps at once, so that a run gets further than by single random steps.
const whole = fc.oneof(
  fc.record({ do: fc.constant("enqueue"), policy: fc.constantFrom<OnUnknown>("resend", "hold") }),
  fc.record({ do: fc.constant("work"), worker, answers: fourAnswers }),
  fc.record({ do: fc.constant("die on the wire"), worker, answers: fourAnswers }),
  fc.record({ do: fc.constant("come back in doubt"), worker, answers: fourAnswers }),
  fc.record({ do: fc.constant("come back late"), worker, answers: fourAnswers }),
  fc.record({ do: fc.constant("time passes") }),
  fc.record({ do: fc.constant("evidence") }),
);
const step = fc.oneof(small, whole);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const OUTCOME = {
  Send: "sent",
  DeliveryDelay: "delayed",
  Delivery: "delivered",
  Reject: "rejected",
  Bounce: "bounced",
  Complaint: "complained",
} as const;
const RANK = ["none", "sent", "delayed", "delivered", "rejected", "bounced", "complained"];

/** A worker's state between its steps. */
interface WorkerState {
  claim: Claim;
  settlements: Settlement[];
  /** Its lease has ended: it makes no more calls (deliverer.ts looks before each). */
  isStale: boolean;
}

interface Published {
  /** Its place in RANK. */
  outcome: number;
  tagged: boolean;
  sesMessageId: string;
}

/** The world: what was queued, and what SES took. */
class World {
  readonly ids: string[] = [];
  /** SES's ids of each message's copies. */
  readonly copies = new Map<string, string[]>();
  readonly events = new Map<string, Published[]>();
  /** Messages whose answer came after their lease was lost. Until then they were in doubt. */
  readonly late = new Set<string>();
  /** How often an operator sent each once more. */
  readonly retries = new Map<string, number>();
  readonly workers: (WorkerState | undefined)[] = [undefined, undefined];
  count = 0;

  async take(one: Step): Promise<void> {
    const { db } = test;
    const state = "worker" in one ? this.workers[one.worker] : undefined;
    switch (one.do) {
      case "enqueue": {
        if (this.ids.length === 3) return;
        const to = `name${this.ids.length}@example.com`;
        this.ids.push(await (one.policy === "resend" ? queueReset(db, to) : queueChanged(db, to)));
        return;
      }
      case "work":
        for (const part of ["claim", "send", "settle"]) {
          await this.take({ limit: 4, ...one, do: part } as Step);
        }
        return;
      case "die on the wire":
        for (const part of ["claim", "send", "crash"]) {
          await this.take({ limit: 4, ...one, do: part } as Step);
        }
        return;
      case "come back in doubt": {
        const late = { ...one, limit: 4 };
        await this.take({ ...late, do: "claim" });
        await this.take({ ...late, do: "send" });
        for (const part of ["leases end", "sweep"]) await this.take({ do: part } as Step);
        await this.take({ ...late, do: "settle" });
        return;
      }
      case "come back late": {
        // Another worker has its messages by then.
        const late = { ...one, limit: 4 };
        const other = { ...late, worker: 1 - one.worker };
        await this.take({ ...late, do: "claim" });
        await this.take({ ...late, do: "send" });
        await this.take({ do: "time passes" });
        await this.take({ ...other, do: "claim" });
        await this.take({ ...other, do: "send" });
        await this.take({ ...late, do: "settle" });
        return;
      }
      case "time passes":
        for (const part of ["leases end", "sweep", "waits end", "sweep"]) {
          await this.take({ do: part } as Step);
        }
        return;
      case "claim": {
        if (state) return;
        const eventSources = { security: SOURCE };
        const claim = await claimAs(db, { limit: one.limit, eventSources });
        if (claim.messages.length === 0) return;
        this.workers[one.worker] = { claim, settlements: [], isStale: false };
        return;
      }
      case "send":
        if (!state || state.isStale || state.settlements.length > 0) return;
        state.settlements = state.claim.messages.map((claimed, at) =>
          this.call(claimed, one.answers[at] ?? "accepted"),
        );
        return;
      case "settle":
        if (!state || state.settlements.length === 0) return;
        await settle(db, state.settlements, doubtSeconds);
        if (state.isStale) for (const { id } of state.settlements) this.late.add(id);
        for (const { id, attempt, result } of state.settlements) {
          const { attemptCount, state: now } = await db.message.findUniqueOrThrow({
            where: { id },
          });
          if (result === "accepted" && attemptCount === attempt) expect(now, "sent").toBe("closed");
        }
        this.workers[one.worker] = undefined;
        return;
      case "release":
        if (!state || state.settlements.length > 0) return;
        await release(db, state.claim.leaseId);
        this.workers[one.worker] = undefined;
        return;
      case "crash":
        this.workers[one.worker] = undefined;
        return;
      case "leases end":
        await expireLeases(db);
        for (const each of this.workers) if (each) each.isStale = true;
        return;
      case "waits end":
        await makeAllDue(db);
        return;
      case "sweep":
        await sweep(db, 30, doubtSeconds);
        await attachEvents(db);
        return;
      case "evidence":
        return this.judge();
      case "event":
        return this.publish(one);
      case "cancel":
        await cancel(db, this.ids[one.message] ?? "");
        return;
      case "retry":
        return this.retry(this.ids[one.message]);
      case "expire":
        await db.$executeRaw`UPDATE messages SET expires_at = now() WHERE id = ${this.ids[one.message]}::uuid`;
        return;
      case "suppress":
        await db.suppression.createMany({
          data: [{ addressKey: `name${one.message}@example.com`, reason: "bounce" }],
          skipDuplicates: true,
        });
    }
  }

  /** Two hours pass. SES's events come in, and messages in doubt are judged. */
  async judge(): Promise<void> {
    const { db } = test;
    await this.take({ do: "leases end" });
    await sweep(db, 30, doubtSeconds);
    for (const [message, id] of this.ids.entries()) {
      if (this.copies.has(id))
        await this.publish({ do: "event", message, type: "Send", tagged: true });
    }
    await db.$executeRaw`
      UPDATE attempts SET started_at = now() - interval '2 hours' WHERE result = 'unknown'`;
    for (const { id } of await judge(db, 30, { horizon: 900 })) {
      expect(this.copies.get(id) ?? [], "copies of what was judged unsent").toEqual([]);
    }
  }

  /** An operator retries a message. It is refused if anything says that the message was sent. */
  async retry(id: string | undefined): Promise<void> {
    if (!id) return;
    const before = await test.db.message.findUniqueOrThrow({
      where: { id },
      include: { attempts: true },
    });
    try {
      await changeMessages(test.db, "retry", { id }, { by: "operator", because: "a test" });
    } catch (error) {
      if ((error as { code?: string }).code !== "NOT_RETRIABLE") throw error;
      return;
    }
    expect(before, "retried").toMatchObject({ state: "closed", outcome: "none" });
    expect(["failed", "unknown"]).toContain(before.closedReason);
    expect(before.attempts.map(({ result }) => result)).not.toContain("accepted");
    expect((this.events.get(id) ?? []).filter(({ tagged }) => tagged)).toEqual([]);
    this.retries.set(id, (this.retries.get(id) ?? 0) + 1);
  }

  /** One call to SES. */
  call({ id, attempt, claimedAt }: Claimed, how: string): Settlement {
    const call = { id, attempt, claimedAt };
    if (how === "accepted" || how === "taken, answer lost") {
      const sesMessageId = `ses-${++this.count}`;
      this.copies.set(id, [...(this.copies.get(id) ?? []), sesMessageId]);
      if (how === "accepted") return { ...call, result: "accepted", sesMessageId };
    }
    const result = how.endsWith("lost") ? "unknown" : (how as "throttled");
    return { ...call, result, code: "Code", error: "why", next: "Nothing." };
  }

  /** An event about the newest copy; without our tag it has SES's id alone. */
  async publish({ message, type, tagged }: Extract<Step, { type: string }>): Promise<void> {
    const id = this.ids[message];
    const sesMessageId = id && this.copies.get(id)?.at(-1);
    if (!id || !sesMessageId) return;
    const event = sesEvent(type, {
      sesMessageId,
      messageId: tagged ? id : undefined,
      recipient: `name${message}@example.com`,
      effect: type === "Bounce" ? "soft" : type === "Complaint" ? "complaint" : undefined,
    });
    await applyEvents(test.db, [event]);
    const outcome = RANK.indexOf(OUTCOME[type]);
    this.events.set(id, [...(this.events.get(id) ?? []), { outcome, tagged, sesMessageId }]);
  }

  /** No more faults: both workers go on until every message is closed. */
  async drain(): Promise<void> {
    for (const each of [0, 1]) await this.take({ do: "crash", worker: each });
    await test.db.suppression.deleteMany();
    for (let round = 0; round < 10; round++) {
      await this.take({ do: "time passes" });
      const answers = Array<string>(4).fill("accepted");
      await this.take({ do: "work", worker: 0, answers } as Step);
      if ((await test.db.message.count({ where: { state: { not: "closed" } } })) === 0) {
        await attachEvents(test.db);
        return;
      }
    }
    throw new Error("something never closes");
  }

  async check(): Promise<void> {
    const rows = await test.db.message.findMany({
      where: { id: { in: this.ids } },
      include: { attempts: true },
    });
    expect(rows.map(({ id }) => id).toSorted(), "none vanishes").toEqual(this.ids.toSorted());
    for (const row of rows) this.#check(row);
  }

  #check(row: Message & { attempts: { result: string | null }[] }): void {
    const copies = this.copies.get(row.id)?.length ?? 0;
    const events = this.events.get(row.id) ?? [];
    const allowed = (row.onUnknown === "resend" ? 2 : 1) + (this.retries.get(row.id) ?? 0);
    expect(copies, "copies").toBeLessThanOrEqual(allowed);
    const told = events.map(({ outcome }) => outcome);
    const sent = row.attempts.some(({ result }) => result === "accepted") ? 1 : 0;
    // One without our tag is attached by the next sweep.
    expect(RANK.indexOf(row.outcome), "outcome").toBeLessThanOrEqual(Math.max(0, sent, ...told));
    if (row.state !== "closed") return;
    const inDoubt =
      this.late.has(row.id) || row.attempts.some(({ result }) => result === "unknown");
    if (row.closedReason === "sent") expect(copies, "closed as sent").toBeGreaterThan(0);
    else if (row.closedReason === "unknown") expect(inDoubt, "closed as unknown").toBe(true);
    else expect(copies, `closed as ${row.closedReason}`).toBe(0);
  }
}

it(
  "loses no message, sends none more often than its policy allows, and closes each for a true reason",
  { timeout: 3_600_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 8, maxLength: 30, size: "max" }),
        async (steps) => {
          await emptyOutbox(test.db);
          await test.db.evidenceStop.deleteMany();
          await otherCalls(test.db, { count: 105 });
          const world = new World();
          for (const one of steps) await world.take(one);
          await world.check();
          await world.drain();
          await world.check();
          const rows = await test.db.message.findMany({
            where: { id: { in: world.ids } },
            include: { attempts: true },
          });
          for (const row of rows) {
            const known = new Set(row.attempts.map(({ sesMessageId }) => sesMessageId));
            // An event without our tag cannot find a copy whose answer was lost.
            const told = (world.events.get(row.id) ?? [])
              .filter(({ tagged, sesMessageId }) => tagged || known.has(sesMessageId))
              .map(({ outcome }) => outcome);
            const outcome = RANK.indexOf(row.outcome);
            expect(outcome, "every event counts in the end").toBeGreaterThanOrEqual(
              Math.max(0, ...told),
            );
          }
        },
      ),
      { numRuns: runs, seed, endOnFailure: process.env["SHRINK"] === "no" },
    );
  },
);
