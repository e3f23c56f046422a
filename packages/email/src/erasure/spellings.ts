import type { Db, Tx } from "@repo/db";

// A stranger may have asked for email to many spellings. Each costs a call to SES, one a second.
const MAX = 20;

/**
 * How email to some addresses has spelled them: the newest twenty spellings.
 *
 * @param keys the keys of the addresses
 */
export async function findSpellings(db: Db | Tx, keys: string[]): Promise<string[]> {
  const found = await db.$queryRaw<{ address: string }[]>`
    SELECT to_address AS address FROM messages WHERE to_key = ANY(${keys}::text[])
    GROUP BY to_address ORDER BY max(id::text) DESC LIMIT ${MAX}`;
  return found.map(({ address }) => address);
}
