import type { Tx } from "@repo/db";
import {
  type EnqueueConfig,
  type NewMessage,
  type Templates,
  conflict,
  createPrepare,
} from "./new-message.ts";

export { type Address, parseAddress } from "./address.ts";
export { type AllowList, isAllowed, parseAllowList } from "./allow-list.ts";
export { cancel } from "./cancel.ts";
export type { Attachment } from "./attachments.ts";
export type { Additions } from "./content.ts";
export { type EnqueueMany, createEnqueueMany } from "./enqueue-many.ts";
export { EmailError } from "./error.ts";
export { type Mailbox, parseMailbox } from "./mailbox.ts";
export type { NewMessage, Templates } from "./new-message.ts";

/**
 * Queues an email in the caller's transaction. The email exists only after that transaction has
 * committed. After an error, the transaction can still be used.
 *
 * With an `idempotencyKey`, a second message of the same content is not queued: the first one's id
 * is returned. The second of two concurrent callers waits until the first one's transaction ends.
 *
 * @returns the message's id, which the log, SES's tags and the events have too
 * @throws EmailError `UNKNOWN_TEMPLATE`, `INVALID_ADDRESS`, `INVALID_PROPS`, `INVALID_LOCALE`,
 *   `INVALID_TIME`, `INVALID_IDEMPOTENCY_KEY`; `IDEMPOTENCY_CONFLICT` if the key was used for
 *   another content; and those of `checkAdditions`
 */
export type Enqueue<T extends Templates> = <N extends keyof T & string>(
  tx: Tx,
  message: NewMessage<T, N>,
) => Promise<{ id: string }>;

export function createEnqueue<T extends Templates>(config: EnqueueConfig<T>): Enqueue<T> {
  const prepare = createPrepare(config);
  return async (tx, message) => {
    const row = prepare(message);
    const { id, template, idempotencyKey } = row;
    for (;;) {
      // One statement, so that waking the worker costs no round trip. Raw SQL and not create():
      // PostgreSQL's clock sets the times, and it costs less.
      const inserted = await tx.$executeRaw`
        INSERT INTO messages
          (id, template, category, to_address, to_key, payload, priority, on_unknown, due_at,
           expires_at, idempotency_key, content_digest)
        VALUES
          (${id}::uuid, ${template}, ${row.category}, ${row.address}, ${row.addressKey},
           ${row.payload}, ${row.priority}, ${row.onUnknown}::on_unknown,
           coalesce(${row.sendAt}, now()),
           coalesce(${row.expiresAt},
             coalesce(${row.sendAt}, now()) + ${row.expiry} * interval '1 minute'),
           ${idempotencyKey}, ${row.digest})
        ON CONFLICT (template, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
        RETURNING wake_worker(due_at)`;
      if (inserted > 0) return { id };
      const [first] = await tx.$queryRaw<{ id: string; digest: Uint8Array | null }[]>`
        SELECT id, content_digest AS digest FROM messages
        WHERE template = ${template} AND idempotency_key = ${idempotencyKey}`;
      // The first message was deleted meanwhile: the key is free.
      if (!first) continue;
      if (row.keepFirst || row.isSame(first.digest)) return { id: first.id };
      throw conflict(template);
    }
  };
}
