import type { Db } from "@repo/db";
import { Refusal } from "@repo/errors";
import type { Enqueue } from "../enqueue.ts";
import { EmailError } from "../error.ts";
import type { NewMessage, Templates } from "../new-message.ts";
import { type Client, invalidKey } from "./authenticate.ts";
import { takeEmail } from "./limits.ts";

/**
 * What a program says about an email. Everything else that `enqueue` takes would let a stolen key
 * write what the recipient reads: headers, files, the address for replies.
 */
export interface ApiMessage {
  template: string;
  to: string;
  props: unknown;
  locale?: string | undefined;
  sendAt?: Date | undefined;
  expiresAt?: Date | undefined;
  /** As of `enqueue`, with at most 200 characters. Each program has its own. */
  idempotencyKey?: string | undefined;
}

// `enqueue` accepts 256 characters, together with the name of the program.
const IDEMPOTENCY_KEY = /^[ -~]{1,200}$/;

/**
 * Queues an email for a program. Only templates that its key names are allowed.
 *
 * @throws Refusal `TEMPLATE_NOT_ALLOWED`, and those of `takeEmail`
 * @throws EmailError those of `Enqueue`
 */
export async function sendForProgram<T extends Templates>(
  db: Db,
  enqueue: Enqueue<T>,
  client: Client,
  { idempotencyKey, ...message }: ApiMessage,
): Promise<{ id: string }> {
  await takeEmail(db, client);
  const { template } = message;
  if (!client.templates.includes(template)) {
    throw new Refusal(
      403,
      "TEMPLATE_NOT_ALLOWED",
      `This key may queue only: ${client.templates.join(", ")}. An operator can make another key.`,
    );
  }
  if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY.test(idempotencyKey)) {
    throw new EmailError(
      "INVALID_IDEMPOTENCY_KEY",
      "An idempotency key is 1 to 200 printable ASCII characters.",
    );
  }
  const own = idempotencyKey && { idempotencyKey: `api:${client.program}:${idempotencyKey}` };
  return db.$transaction(async (tx) => {
    // `enqueue` checks the props against the template's schema.
    const queued = await enqueue(tx, { ...message, ...own } as NewMessage<T>);
    // The lock puts this and a revocation in order. The revocation finds this email, or this finds
    // that the key is revoked.
    const [key] = await tx.$queryRaw<{ id: string }[]>`
      WITH key AS MATERIALIZED (
        SELECT id FROM api_keys WHERE id = ${client.keyId}::uuid AND revoked_at IS NULL
        FOR KEY SHARE
      ), kept AS (
        INSERT INTO api_emails (message_id, key_id) SELECT ${queued.id}::uuid, id FROM key
        ON CONFLICT DO NOTHING
      )
      SELECT id FROM key`;
    if (!key) throw invalidKey();
    return queued;
  });
}
