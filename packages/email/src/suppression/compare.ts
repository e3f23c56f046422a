import { type Db, Prisma } from "@repo/db";
import { type Decision, checkDecision } from "../decision.ts";
import type { Pseudonyms } from "../erasure/pseudonyms.ts";
import { addressKey } from "../events/address-key.ts";
import { toJson } from "../to-json.ts";
import { lockAddresses } from "./suppress.ts";

/** An address to which SES drops email, and we would send it. */
export interface OnlyAtSes {
  /** The address's key. */
  address: string;
  reason: "bounce" | "complaint";
  since: Date;
  /** An operator has removed its suppression here later. SES still drops its email. */
  isRemovedHere: boolean;
}

export interface Comparison {
  onlyAtSes: OnlyAtSes[];
  /** Addresses that were erased here, as SES writes them. */
  erased: string[];
  /** How many addresses SES's list has. */
  compared: number;
}

/** Reads a page of SES's own list: `page` of an `AccountList`. */
export type ReadPage = (
  from?: string,
) => Promise<{ entries: Omit<OnlyAtSes, "isRemovedHere">[]; next: string | null }>;

/**
 * Finds what is on SES's own suppression list but not on ours, a thousand addresses a second. The
 * reverse needs no comparison: we do not send to what is only on our list, so SES does not have to
 * know it. Erased addresses are recognized by their keyed hashes. SES puts such an address on its list
 * again if a bounce or a complaint comes after the erasure.
 *
 * @throws what `readPage` throws
 */
export async function compareSuppressions(
  db: Db,
  readPage: ReadPage,
  pseudonyms: Pseudonyms,
): Promise<Comparison> {
  // By key: SES may list two spellings of an address, also on two pages.
  const onlyAtSes = new Map<string, OnlyAtSes>();
  const erased: string[] = [];
  let compared = 0;
  let from: string | undefined;
  do {
    const { entries, next } = await readPage(from);
    from = next ?? undefined;
    compared += entries.length;
    const given = entries.map(({ address, ...entry }) => {
      const key = addressKey(address);
      return { ...entry, address: key, asListed: address, pseudonym: pseudonyms.of(key) };
    });
    const found = await db.$queryRaw<OnlyAtSes[]>`
      SELECT address, reason, since, EXISTS (
        SELECT FROM suppression_removals r
        WHERE r.address_key IN (g.address, g.pseudonym) AND r.removed_at > g.since
      ) AS "isRemovedHere"
      FROM ${entriesOf(given)}
      WHERE NOT EXISTS (
        SELECT FROM suppressions s WHERE s.address_key IN (g.address, g.pseudonym)
          AND (s.expires_at IS NULL OR s.expires_at > now())
      ) AND NOT ${IS_ERASED}`;
    for (const entry of found) {
      const known = onlyAtSes.get(entry.address);
      if (!known || known.since < entry.since) onlyAtSes.set(entry.address, entry);
    }
    const gone = await db.$queryRaw<{ address: string }[]>`
      SELECT "asListed" AS address FROM ${entriesOf(given)} WHERE ${IS_ERASED}`;
    erased.push(...gone.map(({ address }) => address));
  } while (from !== undefined);
  return { onlyAtSes: [...onlyAtSes.values()], erased, compared };
}

/**
 * Suppresses here what SES suppresses, so that the log says so. It leaves out addresses whose
 * suppression an operator has removed here: take these off SES's list. Who did it, when and why is
 * stored.
 *
 * @returns how many were added
 * @throws EmailError `NO_REASON`
 */
export async function adoptSuppressions(
  db: Db,
  found: OnlyAtSes[],
  decision: Decision,
): Promise<number> {
  const checked = checkDecision(decision);
  const entries = found.filter(({ isRemovedHere }) => !isRemovedHere);
  let adopted = 0;
  for (let at = 0; at < entries.length; at += BATCH) {
    adopted += await adopt(db, entries.slice(at, at + BATCH), checked);
  }
  return adopted;
}

// Each address is a lock until the transaction ends, and PostgreSQL has room for some thousand.
const BATCH = 1_000;

function adopt(db: Db, entries: OnlyAtSes[], { by, because }: Decision): Promise<number> {
  return db.$transaction(async (tx) => {
    await tx.$executeRaw(lockAddresses(entries.map(({ address }) => address)));
    return tx.$executeRaw`
      WITH added AS (
        INSERT INTO suppressions AS old (address_key, reason, evidence, created_at)
        SELECT address, reason::suppression_reason, ${EVIDENCE}::jsonb, since
        FROM ${entriesOf(entries)} ORDER BY address
        ON CONFLICT (address_key) DO UPDATE SET reason = EXCLUDED.reason,
          evidence = EXCLUDED.evidence, created_at = EXCLUDED.created_at, expires_at = NULL
        WHERE old.reason < EXCLUDED.reason
        RETURNING address_key
      )
      INSERT INTO operator_actions (action, done_by, because, address_key)
      SELECT 'suppress', ${by}, ${because}, address_key FROM added`;
  });
}

// An erasure deletes all emails to an address. If there is one, somebody uses the address again.
const IS_ERASED = Prisma.sql`(
  EXISTS (SELECT FROM erased_addresses e WHERE e.pseudonym = g.pseudonym)
  AND NOT EXISTS (SELECT FROM messages m WHERE m.to_key = g.address))`;
const EVIDENCE = JSON.stringify({ from: "SES's own suppression list" });

function entriesOf(entries: { address: string; reason: string; since: Date }[]): Prisma.Sql {
  return Prisma.sql`jsonb_to_recordset(${toJson(entries)}::jsonb)
    AS g (address text, "asListed" text, reason text, since timestamptz, pseudonym text)`;
}
