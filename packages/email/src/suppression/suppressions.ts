import { type Db, Prisma, type SuppressionReason, type Tx } from "@repo/db";
import { parseAddress } from "../address.ts";
import { type Decision, checkDecision } from "../decision.ts";
import { EmailError } from "../error.ts";
import { lockAddresses } from "./suppress.ts";
import { uuidv7 } from "../uuid.ts";

/** An address that gets no email, and why. */
export interface Suppressed {
  /** The address's key, as messages and accounts have it. */
  address: string;
  /** In order of strength: `soft-bounces`, `bounce`, `manual`, `complaint`. */
  reason: Reason;
  /** What the event said, with SES's id of its message; or who added it, and why. */
  evidence: Prisma.JsonValue;
  /** When it happened, by the event. */
  since: Date;
  /** Null: for good. */
  until: Date | null;
}

/** As the database and the commands spell it. */
export type Reason = Exclude<SuppressionReason, "soft_bounces"> | "soft-bounces";

/** A suppression that is no more. */
export interface Removed extends Omit<Suppressed, "address" | "until"> {
  removedAt: Date;
  removedBy: string;
  because: string;
}

export interface SuppressionFilter {
  reason?: Reason | undefined;
  /** Happened at this time or later. */
  since?: Date | undefined;
  /** Those whose time is over as well. */
  expired?: boolean | undefined;
}

const MAX_LIMIT = 200;

/**
 * A page of the suppressions, newest first, found by an index however many there are.
 *
 * @param page.before `next` of the page before
 * @param page.limit 50 by default, 200 at most
 * @throws EmailError `INVALID_CURSOR`
 */
export async function listSuppressions(
  db: Db | Tx,
  { reason, since, expired }: SuppressionFilter = {},
  page: { before?: string | undefined; limit?: number } = {},
): Promise<{ suppressions: Suppressed[]; next: string | null }> {
  const limit = Math.min(Math.max(1, page.limit ?? 50), MAX_LIMIT);
  const conditions = [
    page.before !== undefined && olderThan(page.before),
    reason && Prisma.sql`reason = ${reason}::suppression_reason`,
    since && Prisma.sql`created_at >= ${since}`,
    !expired && IN_FORCE,
  ].filter((condition) => condition instanceof Prisma.Sql);
  const found = await db.$queryRaw<Suppressed[]>`
    SELECT ${COLUMNS} FROM suppressions
    WHERE ${conditions.length > 0 ? Prisma.join(conditions, " AND ") : Prisma.sql`true`}
    ORDER BY created_at DESC, address_key DESC LIMIT ${limit + 1}`;
  const suppressions = found.slice(0, limit);
  const last = suppressions.at(-1);
  const more = found.length > limit && last;
  return { suppressions, next: more ? `${last.since.toISOString()}/${last.address}` : null };
}

/**
 * Why an address gets no email now; null where it gets it.
 *
 * @throws EmailError `INVALID_ADDRESS`
 */
export async function findSuppression(db: Db | Tx, address: string): Promise<Suppressed | null> {
  const [row] = await db.$queryRaw<Suppressed[]>`
    SELECT ${COLUMNS} FROM suppressions
    WHERE address_key = ${parseAddress(address).key} AND ${IN_FORCE}`;
  return row ?? null;
}

/** An event that has said something of an address. */
export interface SuppressionEvent {
  at: Date;
  /** `permanent`, `soft`, `complaint` or `not-spam`. */
  effect: string;
  sesMessageId: string;
  /** Ours; null where nobody knows it. */
  messageId: string | null;
  detail: Prisma.JsonValue;
}

/**
 * All that is known of an address: why it gets no email, even where the time of that is over; the
 * newest hundred events that say something of it; what has been removed. Newest first.
 *
 * @throws EmailError `INVALID_ADDRESS`
 */
export async function explainSuppression(
  db: Db | Tx,
  address: string,
): Promise<{ suppression: Suppressed | null; events: SuppressionEvent[]; removals: Removed[] }> {
  const { key } = parseAddress(address);
  const [[suppression = null], events, removals] = await Promise.all([
    db.$queryRaw<Suppressed[]>`SELECT ${COLUMNS} FROM suppressions WHERE address_key = ${key}`,
    db.$queryRaw<SuppressionEvent[]>`
      SELECT occurred_at AS at, effect::text, ses_message_id AS "sesMessageId",
        message_id AS "messageId", detail
      FROM events WHERE recipient_key = ${key} AND effect IS NOT NULL
      ORDER BY occurred_at DESC, id DESC LIMIT 100`,
    db.$queryRaw<Removed[]>`
      SELECT reason::text, evidence, created_at AS since, removed_at AS "removedAt",
        removed_by AS "removedBy", because
      FROM suppression_removals WHERE address_key = ${key} ORDER BY removed_at DESC LIMIT 100`,
  ]);
  return { suppression, events, removals };
}

/**
 * Stops email to an address for good, by an operator's word. It replaces what bounces have said,
 * and leaves a complaint as it is.
 *
 * @returns what holds now
 * @throws EmailError `INVALID_ADDRESS`, `NO_REASON`
 */
export async function addSuppression(
  db: Db,
  address: string,
  decision: Decision,
): Promise<Suppressed | null> {
  const { key } = parseAddress(address);
  const evidence = JSON.stringify(checkDecision(decision));
  await db.$transaction([
    db.$executeRaw(lockAddresses([key])),
    db.$executeRaw`
      INSERT INTO suppressions AS old (address_key, reason, evidence, created_at)
      VALUES (${key}, 'manual', ${evidence}::jsonb, clock_timestamp())
      ON CONFLICT (address_key) DO UPDATE SET reason = EXCLUDED.reason,
        evidence = EXCLUDED.evidence, created_at = EXCLUDED.created_at, expires_at = NULL
      WHERE old.reason < 'manual'`,
  ]);
  return await findSuppression(db, key);
}

export interface Removal extends Decision {
  /** A person who complained has said that they want no email: only when they ask for it again. */
  overrideComplaint?: boolean | undefined;
  /**
   * Takes the address off SES's own list, which would go on to swallow what is sent to it.
   * Called first, as the address was typed and in lower case, which SES may hold apart: where it
   * fails, the address stays suppressed here as well.
   */
  atSes?: ((address: string) => Promise<void>) | undefined;
}

/**
 * Lets email go to an address again, and keeps who did it, why, and what was removed. Events from
 * before do not bring it back, whenever they come; a new bounce or complaint does.
 *
 * @returns what was removed
 * @throws EmailError `INVALID_ADDRESS`, `NO_REASON`, `NOT_SUPPRESSED`, `COMPLAINED`; and what
 *   `atSes` throws
 */
export async function removeSuppression(
  db: Db,
  address: string,
  { overrideComplaint = false, atSes, ...decision }: Removal,
): Promise<Suppressed> {
  const { address: typed, key } = parseAddress(address);
  const { by, because } = checkDecision(decision);
  const check = async (tx: Db | Tx): Promise<Suppressed> => {
    const [row] = await tx.$queryRaw<Suppressed[]>`
      SELECT ${COLUMNS} FROM suppressions WHERE address_key = ${key}`;
    if (!row) throw new EmailError("NOT_SUPPRESSED", "Email to this address is not suppressed.");
    if (row.reason === "complaint" && !overrideComplaint) throw complained();
    return row;
  };
  await check(db);
  // Outside of the transaction: it would hold the address while SES answers.
  for (const spelling of new Set([typed, key])) await atSes?.(spelling);
  return await db.$transaction(async (tx) => {
    await tx.$executeRaw(lockAddresses([key]));
    // A complaint may have come meanwhile.
    const row = await check(tx);
    await tx.$executeRaw`
      INSERT INTO suppression_removals
        (id, address_key, reason, evidence, created_at, removed_at, removed_by, because)
      -- Not now(): events that came while this waited for the lock are from before.
      SELECT ${uuidv7()}::uuid, address_key, reason, evidence, created_at, clock_timestamp(),
        ${by}, ${because}
      FROM suppressions WHERE address_key = ${key}`;
    await tx.$executeRaw`DELETE FROM suppressions WHERE address_key = ${key}`;
    return row;
  });
}

const IN_FORCE = Prisma.sql`(expires_at IS NULL OR expires_at > now())`;
const COLUMNS = Prisma.sql`address_key AS address, reason::text, evidence,
  created_at AS since, expires_at AS until`;

function olderThan(cursor: string): Prisma.Sql {
  const at = cursor.indexOf("/");
  const time = new Date(cursor.slice(0, Math.max(at, 0)));
  if (Number.isNaN(time.getTime())) {
    throw new EmailError("INVALID_CURSOR", "A list goes on at the `next` of the page before.");
  }
  return Prisma.sql`(created_at, address_key) < (${time}, ${cursor.slice(at + 1)})`;
}

function complained(): EmailError {
  return new EmailError(
    "COMPLAINED",
    "This person has complained of our email: that is for good. Only when they themselves ask for email again, override it.",
  );
}
