import { setTimeout as sleep } from "node:timers/promises";
import type { Db, Tx } from "@repo/db";
import { parseAddress } from "../address.ts";
import { EmailError } from "../error.ts";
import { toJson } from "../to-json.ts";
import { type Categories, canBeTurnedOff } from "./categories.ts";

export { type Categories, canBeTurnedOff } from "./categories.ts";
export { type PreferenceLinks, createPreferenceLinks } from "./links.ts";

/** What a person has chosen for one category. */
export interface Preference {
  category: string;
  wanted: boolean;
  changedAt: Date;
  /** `link` of an email, or `page` of the preferences. */
  changedBy: string;
}

/**
 * What has been chosen for an address. Categories of which nothing was chosen are left out.
 *
 * @throws EmailError `INVALID_ADDRESS`
 */
export async function findPreferences(db: Db, address: string): Promise<Preference[]> {
  return await db.emailPreference.findMany({
    where: { addressKey: parseAddress(address).key },
    select: { category: true, wanted: true, changedAt: true, changedBy: true },
    orderBy: { category: "asc" },
  });
}

export interface Choice {
  address: string;
  /** By category. */
  wanted: Record<string, boolean>;
  /** See `Preference`. */
  changedBy: string;
}

// In ms: the lease of a claim. After that no worker sends the email. If SES is well, email leaves
// within a second of its claim.
const LONGEST_WAIT = 30_000;
const POLL = 50;

/**
 * Stores what a person wants. In the same transaction it closes queued email of the categories that
 * they have turned off, so that no claim that runs at the same time takes it. Then it waits until
 * email that a worker has claimed before is sent, for 30 s at most. So no email of those categories
 * leaves after the answer.
 *
 * A category that `categories` no longer has is stored too: its old links still work.
 *
 * @throws EmailError `INVALID_ADDRESS`; `CANNOT_BE_TURNED_OFF`
 */
export async function setPreferences(
  db: Db,
  categories: Categories,
  { address, wanted, changedBy }: Choice,
): Promise<void> {
  const { key } = parseAddress(address);
  const choices = Object.keys(wanted).map((category) => ({ category, wanted: wanted[category] }));
  if (choices.some(({ category }) => isEssential(categories, category))) throw essential();
  const off = choices.filter((choice) => !choice.wanted).map(({ category }) => category);
  await db.$transaction([
    db.$executeRaw`
      INSERT INTO email_preferences AS old (address_key, category, wanted, changed_by)
      SELECT ${key}, category, wanted, ${changedBy}
      FROM jsonb_to_recordset(${toJson(choices)}::jsonb) AS x (category text, wanted boolean)
      -- In one order, or two transactions could deadlock.
      ORDER BY category
      ON CONFLICT (address_key, category) DO UPDATE SET wanted = EXCLUDED.wanted,
        changed_by = EXCLUDED.changed_by, changed_at = now()
      WHERE old.wanted <> EXCLUDED.wanted`,
    db.$executeRaw`
      WITH waiting AS MATERIALIZED (
        SELECT id FROM messages
        WHERE to_key = ${key} AND category = ANY(${off}::text[]) AND state = 'queued'
        ORDER BY id FOR NO KEY UPDATE
      )
      UPDATE messages m SET state = 'closed', closed_at = now(), payload = NULL,
        -- Its first copy may have been sent.
        closed_reason = CASE WHEN resent THEN 'unknown' ELSE 'unsubscribed' END::closed_reason
      FROM waiting w WHERE m.id = w.id`,
  ]);
  if (off.length === 0) return;
  const start = performance.now();
  while (await isClaimed(db, key, off)) {
    if (performance.now() - start > LONGEST_WAIT) return;
    await sleep(POLL);
  }
}

/**
 * Gives the new address of a person the choices of the old one, in the caller's transaction. What
 * either address has turned off stays off. The old address keeps its own, for its earlier links.
 *
 * @param from the `key` of `parseAddress`, as is `to`
 */
export async function copyPreferences(tx: Tx, from: string, to: string): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO email_preferences AS own (address_key, category, wanted, changed_by, changed_at)
    SELECT ${to}, category, wanted, changed_by, now()
    FROM email_preferences WHERE address_key = ${from}
    -- In one order, as above.
    ORDER BY category
    ON CONFLICT (address_key, category) DO UPDATE SET wanted = false,
      changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at
    WHERE own.wanted AND NOT EXCLUDED.wanted`;
}

const isEssential = (categories: Categories, category: string) =>
  Object.hasOwn(categories, category) && !canBeTurnedOff(categories, category);

function essential(): EmailError {
  return new EmailError(
    "CANNOT_BE_TURNED_OFF",
    "Email of this kind cannot be turned off: your account needs it.",
  );
}

async function isClaimed(db: Db, key: string, categories: string[]): Promise<boolean> {
  const [row] = await db.$queryRaw<{ claimed: boolean }[]>`
    SELECT EXISTS (
      SELECT FROM messages
      WHERE to_key = ${key} AND category = ANY(${categories}::text[]) AND state = 'sending'
    ) AS claimed`;
  return row?.claimed ?? false;
}
