import { type Db, Prisma, type SuppressionReason, type Tx } from "@repo/db";
import { parseAddress } from "../address.ts";
import { type Decision, checkDecision } from "../decision.ts";
import type { Pseudonyms } from "../erasure/pseudonyms.ts";
import { EmailError } from "../error.ts";
import { allOf, given } from "../message-filter.ts";
import { recordAction } from "../operations/actions.ts";
import { type Page, invalidCursor, limitOf } from "../page.ts";
import { lockAddresses } from "./suppress.ts";

export {
  type Comparison,
  type OnlyAtSes,
  adoptSuppressions,
  compareSuppressions,
} from "./compare.ts";
export { shellWord } from "./shell-word.ts";

/** An address that gets no email, and why. */
export interface Suppressed {
  /** The address's key, as messages and accounts have it. */
  address: string;
  /** In order of strength: `soft-bounces`, `bounce`, `manual`, `complaint`. */
  reason: Reason;
  /** What the event said, with SES's id of its message; or who added it, and why. */
  evidence: Prisma.JsonValue;
  /** The time of the event. */
  since: Date;
  /** Null: for good. */
  until: Date | null;
}

/** As the database and the commands spell it. */
export type Reason = Exclude<SuppressionReason, "soft_bounces"> | "soft-bounces";

/** A suppression that was removed. */
export interface Removed extends Omit<Suppressed, "address" | "until"> {
  removedAt: Date;
  removedBy: string;
  because: string;
}

export interface SuppressionFilter {
  reason?: Reason | undefined;
  /** Happened at this time or later. */
  since?: Date | undefined;
  /** Whether suppressions that have expired are listed too. Default: false. */
  expired?: boolean | undefined;
}

/**
 * A page of the suppressions, newest first. An index finds it, however many there are.
 *
 * @throws EmailError `INVALID_CURSOR`
 */
export async function listSuppressions(
  db: Db | Tx,
  { reason, since, expired }: SuppressionFilter = {},
  page: Page = {},
): Promise<{ suppressions: Suppressed[]; next: string | null }> {
  const limit = limitOf(page);
  const conditions = given([
    page.before !== undefined && olderThan(page.before),
    reason && Prisma.sql`reason = ${reason}::suppression_reason`,
    since && Prisma.sql`created_at >= ${since}`,
    !expired && IN_FORCE,
  ]);
  const found = await db.$queryRaw<Suppressed[]>`
    SELECT ${COLUMNS} FROM suppressions WHERE ${allOf(conditions)}
    ORDER BY created_at DESC, address_key DESC LIMIT ${limit + 1}`;
  const suppressions = found.slice(0, limit);
  const last = suppressions.at(-1);
  const more = found.length > limit && last;
  return { suppressions, next: more ? `${last.since.toISOString()}/${last.address}` : null };
}

/**
 * Why an address gets no email now; null if it gets email.
 *
 * @param pseudonyms finds an opt-out that was kept after an erasure too. Default: it is not looked
 *   for
 * @throws EmailError `INVALID_ADDRESS`
 */
export async function findSuppression(
  db: Db | Tx,
  address: string,
  pseudonyms?: Pseudonyms,
): Promise<Suppressed | null> {
  const { key } = parseAddress(address);
  const [row] = await db.$queryRaw<Suppressed[]>`
    SELECT ${COLUMNS} FROM suppressions
    WHERE ${isOneOf(keysOf(key, pseudonyms))} AND ${IN_FORCE} ${ownFirst(key)}`;
  return row ?? null;
}

/** An event that has an effect on an address. */
export interface SuppressionEvent {
  at: Date;
  /** `permanent`, `soft`, `complaint` or `not-spam`. */
  effect: string;
  sesMessageId: string;
  /** Our id of the message; null if we have no such message. */
  messageId: string | null;
  detail: Prisma.JsonValue;
}

/**
 * All that is known about an address: its suppression, even if that has expired; the newest hundred
 * events with an effect on it; the newest hundred suppressions that were removed.
 *
 * @param pseudonyms finds what is left after an erasure too. Default: it is not looked for
 * @throws EmailError `INVALID_ADDRESS`
 */
export async function explainSuppression(
  db: Db | Tx,
  address: string,
  pseudonyms?: Pseudonyms,
): Promise<{ suppression: Suppressed | null; events: SuppressionEvent[]; removals: Removed[] }> {
  const { key } = parseAddress(address);
  const keys = keysOf(key, pseudonyms);
  const [[suppression = null], events, removals] = await Promise.all([
    db.$queryRaw<Suppressed[]>`
      SELECT ${COLUMNS} FROM suppressions WHERE ${isOneOf(keys)} ${ownFirst(key)}`,
    db.$queryRaw<SuppressionEvent[]>`
      SELECT occurred_at AS at, effect::text, ses_message_id AS "sesMessageId",
        message_id AS "messageId", detail
      FROM events WHERE recipient_key = ANY(${keys}::text[]) AND effect IS NOT NULL
      ORDER BY occurred_at DESC, id DESC LIMIT 100`,
    db.$queryRaw<Removed[]>`
      SELECT reason::text, evidence, created_at AS since, removed_at AS "removedAt",
        removed_by AS "removedBy", because
      FROM suppression_removals WHERE ${isOneOf(keys)} ORDER BY removed_at DESC LIMIT 100`,
  ]);
  return { suppression, events, removals };
}

/**
 * Suppresses an address for good, by an operator's decision. It replaces a suppression by bounces,
 * but not one by a complaint. Who did it, when and why is stored.
 *
 * @returns the suppression that is in force now
 * @throws EmailError `INVALID_ADDRESS`, `NO_REASON`
 */
export async function addSuppression(
  db: Db,
  address: string,
  decision: Decision,
): Promise<Suppressed | null> {
  const { key } = parseAddress(address);
  const evidence = JSON.stringify(checkDecision(decision));
  await db.$transaction(async (tx) => {
    await tx.$executeRaw(lockAddresses([key]));
    await tx.$executeRaw`
      INSERT INTO suppressions AS old (address_key, reason, evidence, created_at)
      VALUES (${key}, 'manual', ${evidence}::jsonb, clock_timestamp())
      ON CONFLICT (address_key) DO UPDATE SET reason = EXCLUDED.reason,
        evidence = EXCLUDED.evidence, created_at = EXCLUDED.created_at, expires_at = NULL
      WHERE old.reason < 'manual'`;
    await recordAction(tx, { action: "suppress", addressKey: key, ...decision });
  });
  return await findSuppression(db, key);
}

export interface Removal extends Decision {
  /**
   * `since` of the suppression that the operator has seen in force; null: none was. Default:
   * whatever there is.
   */
  seen?: Date | null | undefined;
  /** Removes a complaint too: only if the person has asked for email again. Default: false. */
  overrideComplaint?: boolean | undefined;
  /**
   * Takes the address off SES's own list. Otherwise SES would still drop email to it. Called
   * before anything changes here: if it fails, the address stays suppressed here too. Called with
   * the address as typed and in lower case, because SES may treat them as two addresses.
   */
  atSes?: ((address: string) => Promise<void>) | undefined;
  /** Finds an opt-out that was kept after an erasure too. Default: it is not looked for. */
  pseudonyms?: Pseudonyms | undefined;
}

/**
 * Removes a suppression. Who did it, why, and what was removed is stored. Events from before do not
 * suppress the address again, whenever they come; a new bounce or complaint does.
 *
 * @returns what was removed
 * @throws EmailError `INVALID_ADDRESS`, `NO_REASON`, `NOT_SUPPRESSED`, `SUPPRESSION_CHANGED`,
 *   `COMPLAINED`; and what `atSes` throws
 */
export async function removeSuppression(
  db: Db,
  address: string,
  { seen, overrideComplaint = false, atSes, pseudonyms, ...decision }: Removal,
): Promise<Suppressed> {
  const { address: typed, key } = parseAddress(address);
  const { by, because } = checkDecision(decision);
  const keys = keysOf(key, pseudonyms);
  const check = async (tx: Db | Tx): Promise<Suppressed> => {
    const [row] = await tx.$queryRaw<Suppressed[]>`
      SELECT ${COLUMNS} FROM suppressions WHERE ${isOneOf(keys)} ${ownFirst(key)}`;
    if (!row) throw new EmailError("NOT_SUPPRESSED", "Email to this address is not suppressed.");
    const isKnown = seen === undefined || isOver(row) || row.since.getTime() === seen?.getTime();
    if (!isKnown) throw suppressionChanged();
    if (row.reason === "complaint" && !overrideComplaint) throw complained();
    return row;
  };
  await check(db);
  // Before the transaction, which would lock the address while SES answers.
  for (const spelling of new Set([typed, key])) await atSes?.(spelling);
  return await db.$transaction(async (tx) => {
    await tx.$executeRaw(lockAddresses(keys));
    // A complaint may have come meanwhile.
    const row = await check(tx);
    await tx.$executeRaw`
      INSERT INTO suppression_removals
        (id, address_key, reason, evidence, created_at, removed_at, removed_by, because)
      -- Not now(): events that came during the wait for the lock must count as from before.
      SELECT gen_random_uuid(), address_key, reason, evidence, created_at, clock_timestamp(),
        ${by}, ${because}
      FROM suppressions WHERE ${isOneOf(keys)}`;
    await tx.$executeRaw`DELETE FROM suppressions WHERE ${isOneOf(keys)}`;
    await recordAction(tx, { action: "unsuppress", addressKey: key, ...decision });
    return { ...row, address: key };
  });
}

const isOver = ({ until }: Suppressed) => until !== null && until <= new Date();
const IN_FORCE = Prisma.sql`(expires_at IS NULL OR expires_at > now())`;
const COLUMNS = Prisma.sql`address_key AS address, reason::text, evidence,
  created_at AS since, expires_at AS until`;

/** The keys under which an address may be suppressed. */
function keysOf(key: string, pseudonyms: Pseudonyms | undefined): string[] {
  return pseudonyms ? [key, pseudonyms.of(key)] : [key];
}

const isOneOf = (keys: string[]) => Prisma.sql`address_key = ANY(${keys}::text[])`;
const ownFirst = (key: string) => Prisma.sql`ORDER BY address_key = ${key} DESC`;

// The time of a row, and its address. PostgreSQL stores no other year, and no \0.
const CURSOR = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\/([^\0]+)$/;

function olderThan(cursor: string): Prisma.Sql {
  const [, time = "", address] = CURSOR.exec(cursor) ?? [];
  if (address === undefined || !(Date.parse(time) > 0)) throw invalidCursor();
  return Prisma.sql`(created_at, address_key) < (${new Date(time)}, ${address})`;
}

function suppressionChanged(): EmailError {
  return new EmailError(
    "SUPPRESSION_CHANGED",
    "This address was suppressed again meanwhile, or for another reason. Nothing was done. Read why, and decide again.",
  );
}

function complained(): EmailError {
  return new EmailError(
    "COMPLAINED",
    "This person has complained about our email, which suppresses the address for good. Override this only if they ask for email again themselves.",
  );
}
