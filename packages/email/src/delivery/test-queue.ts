import { randomUUID } from "node:crypto";
import type { Db, Tx } from "@repo/db";
import { useTestDb } from "@repo/db/testing";
import { beforeEach } from "vitest";
import { createEnqueue } from "../enqueue.ts";
import { keysOf } from "../keys.ts";
import { templates } from "../test-templates.ts";
import { type Claim, type ClaimOptions, type Claimed, claim } from "./claim.ts";
import { type Settlement, settle } from "./settle.ts";
import { endStop, setLimits } from "../pace.ts";
import type { DoubtSeconds } from "./retry.ts";
import { sweep } from "./sweep.ts";

export const keys = keysOf("a key of the tests, 32 characters");
const link = "https://app.example.com/reset-password?token=secret";
export const doubtSeconds = { resend: 30, hold: 900 };

const enqueue = createEnqueue({ keys, templates });

/** A database for the tests of a file: `emptyOutbox` before each of them. */
export async function useOutbox(): ReturnType<typeof useTestDb> {
  const test = await useTestDb();
  beforeEach(() => emptyOutbox(test.db));
  return test;
}

/** An empty outbox without a limit of rate or quota. */
export async function emptyOutbox(db: Db): Promise<void> {
  await db.message.deleteMany();
  await db.event.deleteMany();
  await db.suppression.deleteMany();
  await db.emailPreference.deleteMany();
  await endStop(db);
  await setLimits(db, { maxRate: 1_000_000, max24Hours: undefined, sent24Hours: 0 });
  await db.sendingStatus.updateMany({
    data: {
      rate: 1_000_000,
      tokens: 1_000_000,
      idleUntil: null,
      paused: null,
      resumedAt: null,
      loweredRate: null,
      loweredUntil: null,
    },
  });
}

/** Queues security mail with `resend` and the quota's reserve. */
export async function queueReset(
  db: Db,
  to = "name@example.com",
  options: { sendAt?: Date; expiresAt?: Date } = {},
): Promise<string> {
  const props = { name: "Name", url: link, expiresInMinutes: 60 };
  const { id } = await enqueue(db, { template: "password-reset", to, props, ...options });
  return id;
}

/** Queues security mail with `hold` and the quota's reserve. */
export async function queueChanged(db: Db, to = "name@example.com"): Promise<string> {
  const props = { name: "Name", url: link };
  const { id } = await enqueue(db, { template: "password-changed", to, props });
  return id;
}

/** Queues security mail with `resend`, without the quota's reserve. */
export async function queueVerify(db: Db, to = "name@example.com"): Promise<string> {
  const props = { name: "Name", url: link };
  const { id } = await enqueue(db, { template: "verify-email", to, props });
  return id;
}

/** Queues other mail with `hold`. */
export async function queueWelcome(db: Db | Tx, to = "name@example.com"): Promise<string> {
  const props = { name: "Name", url: link };
  const { id } = await enqueue(db, { template: "welcome", to, props });
  return id;
}

/** Queues email that people can turn off: `news` is on by default, `tips` off. */
export async function queueOptional(
  db: Db,
  template: "news" | "tips",
  to = "name@example.com",
): Promise<string> {
  const { id } = await enqueue(db, { template, to, props: { name: "Name", url: link } });
  return id;
}

/** Claims as a worker of its own. */
export function claimAs(db: Db, options: Partial<ClaimOptions> = {}): Promise<Claim> {
  return claim(db, {
    leaseId: randomUUID(),
    lease: 30,
    limit: 100,
    maxBytes: 16_000_000,
    ...options,
  });
}

export const expireLeases = (db: Db) =>
  db.$executeRaw`UPDATE messages SET lease_expires_at = now() - interval '1 second' WHERE state = 'sending'`;

export const makeAllDue = (db: Db) =>
  db.$executeRaw`UPDATE messages SET due_at = now() WHERE state IN ('queued', 'unknown')`;

/** The result of one call. */
export type Answer = Settlement extends infer S
  ? Omit<S & Settlement, "id" | "attempt" | "claimedAt">
  : never;
export const accepted = { result: "accepted", sesMessageId: "ses-1" } as Answer;
export const refused = (result: string) =>
  ({ result, code: "Code", error: "why" }) as unknown as Answer;

/** Settles claimed messages with one answer. */
export function settleAs(
  db: Db,
  claimed: Pick<Claimed, "id" | "attempt" | "claimedAt">[],
  answer: Answer,
): Promise<string[]> {
  const settlements = claimed.map(
    ({ id, attempt, claimedAt }) => ({ id, attempt, claimedAt, ...answer }) as Settlement,
  );
  return settle(db, settlements, doubtSeconds);
}

/** Claims what is due, and settles it with one answer. @returns the messages' ids */
export async function work(
  db: Db,
  answer: Answer,
  options?: Partial<ClaimOptions>,
): Promise<string[]> {
  const { messages } = await claimAs(db, options);
  await settleAs(db, messages, answer);
  return messages.map(({ id }) => id);
}

/** The workers have died: their leases end, and their messages are in doubt. */
export async function loseLeases(db: Db, doubts: DoubtSeconds = doubtSeconds): Promise<void> {
  await expireLeases(db);
  await sweep(db, 30, doubts);
}

/** Time passes: the policies decide about messages in doubt, and what waits is due. */
export async function endDoubts(db: Db, doubts: DoubtSeconds = doubtSeconds): Promise<void> {
  await makeAllDue(db);
  await sweep(db, 30, doubts);
}
