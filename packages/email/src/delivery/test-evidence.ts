import type { Db } from "@repo/db";

/** The configuration set that publishes events about the calls. */
export const SOURCE = "eu-west-1/app";

export interface Others {
  count?: number;
  /** Seconds from the claim in doubt to the first call. */
  from?: number;
  /** Seconds between two calls. */
  every?: number;
  source?: string;
  /** The numbers of the calls without a Send event. */
  unheard?: number[];
  account?: (n: number) => string;
}

/**
 * Stores other calls, all accepted, with a Send event each. Default: 100 calls, one a minute, from
 * five minutes before the claim in doubt. That claim was two hours ago.
 */
export async function otherCalls(
  db: Db,
  {
    count = 100,
    from = -300,
    every = 60,
    source = SOURCE,
    unheard = [],
    account = () => "123456789012",
  }: Others = {},
): Promise<void> {
  const [{ id }] = (await db.$queryRaw`
    INSERT INTO messages (id, template, category, to_address, to_key, state, closed_reason, closed_at, on_unknown)
    VALUES (gen_random_uuid(), 'welcome', 'account', 'a@example.com', 'a@example.com', 'closed', 'sent', now(), 'hold')
    RETURNING id`) as [{ id: string }];
  const calls = Array.from({ length: count }, (_, n) => ({
    number: n + 1,
    ses: `ses-${id}-${n}`,
    at: from + n * every,
    heard: !unheard.includes(n),
    account: account(n),
  }));
  await db.$executeRaw`
    WITH calls AS MATERIALIZED (
      SELECT *, now() - interval '2 hours' + at * interval '1 second' AS begun
      FROM jsonb_to_recordset(${JSON.stringify(calls)}::jsonb)
        AS x (number int, ses text, at float8, heard boolean, account text)
    ), made AS (
      INSERT INTO attempts (message_id, number, started_at, finished_at, result, event_source, ses_message_id)
      SELECT ${id}::uuid, number, begun, begun, 'accepted', ${source}, ses FROM calls
    )
    INSERT INTO events (id, message_id, ses_message_id, type, recipient, recipient_key, dedupe_key, occurred_at, detail)
    SELECT gen_random_uuid(), ${id}::uuid, ses, 'Send', 'a@example.com', 'a@example.com', 'x', begun,
      jsonb_build_object('account', account)
    FROM calls WHERE heard`;
}
