import type { connect } from "@repo/measure/durable-postgres";

type Client = Awaited<ReturnType<typeof connect>>;

/** What the paths of the measured pages need. */
export interface Seeded {
  addresses: string[];
  ids: string[];
  /** An hour in the middle of the log, as a page's query has it. */
  since: string;
  until: string;
}

const TEMPLATES = ["welcome", "password-reset", "verify-email", "receipt", "digest"];
// Emails that wait: a busy moment.
const WAITING = 20_000;

/**
 * A busy system's month: so many emails with their calls and events, 720 hours of counts, and what
 * operators and people did.
 */
export const SEED = (emails: number): string[] => [
  // Ids increase with time, as the order of the log needs it.
  `INSERT INTO messages (id, template, category, to_address, to_key, payload, state, closed_reason,
     outcome, on_unknown, priority, attempt_count, last_error, created_at, due_at, closed_at)
   SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
       || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
     (ARRAY['${TEMPLATES.join("','")}'])[1 + n % ${TEMPLATES.length}], 'account',
     'person' || n % (${emails} / 10 + 1) || '@example.com',
     'person' || n % (${emails} / 10 + 1) || '@example.com',
     CASE WHEN reason IN ('failed', 'unknown') THEN '\\x00'::bytea END, 'closed', reason::closed_reason,
     CASE WHEN reason <> 'sent' THEN 'none' WHEN n % 97 = 0 THEN 'bounced'
       WHEN n % 1999 = 0 THEN 'complained' ELSE 'delivered' END::outcome,
     'hold', n % 4, 1,
     CASE WHEN reason = 'failed' THEN 'MessageRejected: Email address is not verified.' END,
     at, at, at + interval '1 second'
   FROM generate_series(1, ${emails}) n, LATERAL (
     SELECT now() - interval '30 days' * (1 - n::float8 / ${emails}) AS at,
       CASE WHEN n % 61 = 0 THEN 'failed' WHEN n % 401 = 0 THEN 'unknown'
         WHEN n % 103 = 0 THEN 'suppressed' ELSE 'sent' END AS reason
   ) t`,
  `INSERT INTO attempts (message_id, number, started_at, finished_at, result, event_source,
     ses_message_id, error_code, error)
   SELECT id, 1, created_at, closed_at, CASE closed_reason WHEN 'sent' THEN 'accepted'
       WHEN 'failed' THEN 'permanent' ELSE 'unknown' END, 'eu-west-1/app',
     CASE WHEN closed_reason = 'sent' THEN id::text END,
     CASE WHEN closed_reason = 'failed' THEN 'MessageRejected' END, last_error
   FROM messages WHERE closed_reason <> 'suppressed'`,
  `INSERT INTO events (id, message_id, ses_message_id, type, recipient, recipient_key, effect,
     dedupe_key, occurred_at, received_at, detail)
   SELECT gen_random_uuid(), id, id::text, CASE outcome WHEN 'bounced' THEN 'Bounce'
       WHEN 'complained' THEN 'Complaint' ELSE 'Delivery' END, to_address, to_key,
     CASE outcome WHEN 'bounced' THEN 'permanent' WHEN 'complained' THEN 'complaint' END::event_effect,
     '1', closed_at, closed_at, '{"smtpResponse":"250 2.0.0 OK", "processingTimeMillis":700}'
   FROM messages WHERE closed_reason = 'sent'`,
  `INSERT INTO messages (id, template, category, to_address, to_key, payload, state, on_unknown,
     priority, due_at)
   SELECT gen_random_uuid(), 'welcome', 'account', 'person' || n || '@example.com',
     'person' || n || '@example.com', '\\x00', 'queued', 'hold', n % 4, now()
   FROM generate_series(1, ${Math.min(WAITING, emails)}) n`,
  // No worker runs, so nobody sends them. This row makes the page show one, as usual.
  `INSERT INTO workers (id, version, seen_at) VALUES (gen_random_uuid(), '1.0.0', now() + interval '1 day')`,
  // 720 hours with 5 templates, 51 domains, 2 configuration sets and 26 buckets of times.
  `INSERT INTO hourly_counts (hour, dimension, value, kind, count)
   SELECT date_trunc('hour', now()) - h * interval '1 hour', dimension, value, kind,
     CASE kind WHEN 'accepted' THEN 1000 WHEN 'delivered' THEN 980 WHEN 'bounced' THEN 12 ELSE 1 END
   FROM generate_series(0, 719) h, (
     SELECT 'all' AS dimension, '' AS value UNION ALL
     SELECT 'template', t FROM unnest(ARRAY['${TEMPLATES.join("','")}']) t UNION ALL
     SELECT 'domain', d || '.example' FROM generate_series(0, 50) d UNION ALL
     SELECT 'source', 'eu-west-1/' || s FROM generate_series(0, 1) s
   ) v, unnest(ARRAY['accepted', 'delivered', 'bounced', 'complained']) kind`,
  `INSERT INTO hourly_counts (hour, dimension, value, kind, count)
   SELECT date_trunc('hour', now()) - h * interval '1 hour', 'time', b::text, kind, 50
   FROM generate_series(0, 719) h, generate_series(0, 12) b,
     unnest(ARRAY['accepted', 'delivered']) kind`,
  `INSERT INTO suppressions (address_key, reason, evidence, created_at)
   SELECT DISTINCT ON (recipient_key) recipient_key,
     CASE effect WHEN 'complaint' THEN 'complaint' ELSE 'bounce' END::suppression_reason, detail,
     occurred_at
   FROM events WHERE effect IS NOT NULL ORDER BY recipient_key`,
  // A week of requests.
  `INSERT INTO reset_requests (id, email_hash, created_at, handled_at, result)
   SELECT gen_random_uuid(), sha256(n::text::bytea), now() - n * interval '6 seconds',
     now() - n * interval '6 seconds', 'no-account'
   FROM generate_series(1, ${Math.ceil(emails / 10)}) n`,
  `INSERT INTO operator_actions (action, done_by, because, done_at)
   SELECT 'pause', 'Sam', 'a reason', now() - n * interval '10 minutes'
   FROM generate_series(1, ${Math.ceil(emails / 100)}) n`,
  "VACUUM ANALYZE",
];

export async function seeded(client: Client): Promise<Seeded> {
  const { rows } = await client.query<{ id: string; to: string; at: Date }>(
    `SELECT id::text, to_address AS to, created_at AS at FROM messages
     WHERE state = 'closed' ORDER BY md5(id::text) LIMIT 500`,
  );
  const at = rows[Math.floor(rows.length / 2)]?.at.getTime() ?? 0;
  const time = (ms: number) => new Date(ms).toISOString().slice(0, 16);
  return {
    addresses: rows.map(({ to }) => to),
    ids: rows.map(({ id }) => id),
    since: time(at),
    until: time(at + 3_600_000),
  };
}
