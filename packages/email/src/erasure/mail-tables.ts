import { Prisma } from "@repo/db";
import type { PersonTable } from "./person-table.ts";

/** Whose email. */
export interface Mailboxes {
  /** The keys of the addresses. */
  keys: string[];
  /** Their pseudonyms, in the same order. */
  pseudonyms: string[];
  /** Later rows belong to somebody who has used the address again. Null: all rows. */
  until: Date | null;
}

const queue = "how the queue handles an email, and nothing about the person";
const sameAddress = "the same address in another spelling";

const before = (column: string, { until }: Mailboxes) =>
  until === null ? Prisma.empty : Prisma.sql`AND ${Prisma.raw(column)} <= ${until}`;
const messages = (mailboxes: Mailboxes) =>
  Prisma.sql`to_key = ANY(${mailboxes.keys}::text[]) ${before("created_at", mailboxes)}`;
const ofMessages = (mailboxes: Mailboxes) =>
  Prisma.sql`message_id IN (SELECT id FROM messages WHERE ${messages(mailboxes)})`;
/**
 * A late event without a stored message belongs to the person too, unless somebody has used the
 * address again.
 */
const lateEvents = ({ until }: Mailboxes) =>
  until === null
    ? Prisma.empty
    : Prisma.sql`AND (received_at <= ${until} OR message_id IS NULL AND NOT EXISTS (
        SELECT FROM messages WHERE to_key = recipient_key AND created_at > ${until}))`;

/**
 * What is stored about the address itself. If somebody has used the address again, newer rows belong
 * to that person. If nobody has, they are of a late event or an old link, and belong to this one.
 */
const ofAddress = (column: string, { keys, until }: Mailboxes) => {
  const isOld =
    until === null
      ? Prisma.empty
      : Prisma.sql`AND (${Prisma.raw(column)} <= ${until} OR NOT EXISTS (
          SELECT FROM messages WHERE to_key = address_key AND created_at > ${until}))`;
  return Prisma.sql`address_key = ANY(${keys}::text[]) ${isOld}`;
};

/** The tables of email that know a person, in the order in which they are erased. */
export const MAIL_TABLES: PersonTable<Mailboxes>[] = [
  {
    table: "events",
    rows: (mailboxes) => Prisma.sql`id IN (
      SELECT id FROM events WHERE ${ofMessages(mailboxes)} UNION ALL
      SELECT id FROM events
      WHERE recipient_key = ANY(${mailboxes.keys}::text[]) ${lateEvents(mailboxes)})`,
    given: [
      "id",
      "message_id",
      "ses_message_id",
      "type",
      "recipient",
      "effect",
      "occurred_at",
      "received_at",
      "detail",
    ],
    withheld: { recipient_key: sameAddress, dedupe_key: queue },
  },
  {
    table: "attempts",
    rows: ofMessages,
    given: [
      "message_id",
      "number",
      "started_at",
      "finished_at",
      "result",
      "ses_message_id",
      "error_code",
      "error",
    ],
    withheld: { event_source: queue },
  },
  {
    table: "operator_actions",
    rows: (mailboxes) => Prisma.sql`id IN (
      SELECT id FROM operator_actions WHERE ${ofMessages(mailboxes)} UNION ALL
      SELECT id FROM operator_actions
      WHERE address_key = ANY(${mailboxes.keys}::text[]) ${before("done_at", mailboxes)})`,
    given: ["message_id", "address_key", "done_at", "action", "subject", "because"],
    withheld: { id: queue, done_by: "names an operator" },
  },
  { table: "api_emails", rows: ofMessages, given: ["message_id"], withheld: { key_id: queue } },
  {
    table: "messages",
    rows: messages,
    given: [
      "id",
      "template",
      "category",
      "to_address",
      "state",
      "closed_reason",
      "outcome",
      "created_at",
      "due_at",
      "expires_at",
      "closed_at",
      "attempt_count",
      "last_error",
      "unrendered_at",
    ],
    withheld: {
      to_key: sameAddress,
      payload: "contains links that log in; erased when the email is sent",
      idempotency_key: queue,
      content_digest: queue,
      priority: queue,
      on_unknown: queue,
      resent: queue,
      event_source: queue,
      judged_unsent: queue,
      judged_at: queue,
      lease_id: queue,
      lease_expires_at: queue,
    },
  },
  {
    table: "suppressions",
    rows: (mailboxes) => ofAddress("created_at", mailboxes),
    given: ["address_key", "reason", "evidence", "created_at", "expires_at"],
    withheld: {},
  },
  {
    table: "suppression_removals",
    rows: (mailboxes) => ofAddress("removed_at", mailboxes),
    given: ["address_key", "reason", "evidence", "created_at", "removed_at", "because"],
    withheld: { id: queue, removed_by: "names an operator" },
  },
  {
    table: "email_preferences",
    rows: (mailboxes) => ofAddress("changed_at", mailboxes),
    given: ["category", "wanted", "changed_at"],
    withheld: { address_key: sameAddress, changed_by: "may name an operator" },
  },
  {
    table: "erased_addresses",
    rows: ({ pseudonyms }) => Prisma.sql`pseudonym = ANY(${pseudonyms}::text[])`,
    given: ["erased_at"],
    withheld: { pseudonym: "a keyed hash of the address" },
    kept: "a keyed hash, by which a late event of SES brings no address back",
  },
];

/** The tables of email that know nobody, and why. */
export const NOT_ABOUT_PEOPLE: Record<string, string> = {
  api_keys: "names programs, and the emails that they may queue",
  sending_status: "the state of the sending account",
  workers: "programs that run",
  alerts: "what the operators were told about sending",
  pending_counts: "numbers of emails by hour, template and the recipients' domains",
  hourly_counts: "numbers of emails by hour, template or the recipients' domains",
  evidence_stops: "names a configuration set, and a message by its id",
  sns_certificates: "public certificates of SNS",
};
