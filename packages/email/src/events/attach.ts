import { type Db, Prisma } from "@repo/db";
import { lockMessages, raise } from "./raise.ts";

/**
 * Attaches events that were there before their send had committed, and applies what they say.
 *
 * Call it after the commit that writes an attempt's SES id. Events and ids are each looked for once
 * they can be seen, so that the one that commits last finds the other.
 * A process that ends between the two leaves it to the next call without ids.
 *
 * @param sesMessageIds Default: all that wait, for housekeeping
 * @returns how many were attached
 */
export async function attachEvents(db: Db, sesMessageIds?: string[]): Promise<number> {
  if (sesMessageIds?.length === 0) return 0;
  const named = sesMessageIds
    ? Prisma.sql`AND e.ses_message_id = ANY(${sesMessageIds})`
    : Prisma.empty;
  const [row] = await db.query<{ attached: number }>(Prisma.sql`
    WITH found AS MATERIALIZED (
      SELECT e.id, e.type, e.effect, a.message_id
      FROM events e JOIN attempts a ON a.ses_message_id = e.ses_message_id
      WHERE e.message_id IS NULL ${named}
    ), locked AS MATERIALIZED (
      ${lockMessages(Prisma.sql`SELECT message_id FROM found`)}
    ), attached AS (
      UPDATE events e SET message_id = l.id
      FROM found f JOIN locked l ON l.id = f.message_id
      WHERE e.id = f.id AND e.message_id IS NULL
      RETURNING e.id
    ), risen AS (
      ${raise(Prisma.sql`SELECT message_id, type, effect FROM found`)}
    )
    SELECT count(*)::int AS attached FROM attached`);
  return row?.attached ?? 0;
}
