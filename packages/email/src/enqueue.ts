import { randomBytes } from "node:crypto";
import type { Tx } from "@repo/db";
import { type TemplateName, type TemplateProps, templates } from "@repo/templates/registry";
import { parseAddress } from "./address.ts";
import { EmailError } from "./error.ts";
import { createSealer } from "./seal.ts";

export { type Address, parseAddress } from "./address.ts";
export { EmailError } from "./error.ts";

/** An email to one person. */
export interface NewMessage<N extends TemplateName> {
  template: N;
  to: string;
  props: TemplateProps<N>;
  /** Not sent after this moment; give the expiry of the token that the email carries. */
  expiresAt?: Date;
}

/**
 * Queues an email in the caller's transaction: it exists when that commits, and not before.
 *
 * @returns the message's id, by which the log, SES's tags and the events know it
 * @throws EmailError `INVALID_ADDRESS`, `INVALID_PROPS`
 */
export type Enqueue = <N extends TemplateName>(
  tx: Tx,
  message: NewMessage<N>,
) => Promise<{ id: string }>;

/** @param config.key EMAIL_KEY, the same in every process that enqueues or delivers */
export function createEnqueue(config: { key: string }): Enqueue {
  const sealer = createSealer(config.key);
  return async (tx, message) => {
    const { props: schema, category, onUnknown } = templates[message.template];
    const { address, key } = parseAddress(message.to);
    const props = schema.safeParse(message.props);
    if (!props.success) {
      const fields = props.error.issues.map((issue) => issue.path.join(".") || "props");
      throw new EmailError(
        "INVALID_PROPS",
        `The props of ${message.template} do not fit its schema: ${fields.join(", ")}. See packages/templates/src/emails/${message.template}/schema.ts.`,
      );
    }
    const id = uuidv7();
    // Raw, not create(): every time is PostgreSQL's own, and it is a third cheaper. The worker is
    // woken only when it sleeps: NOTIFY holds a lock of the whole cluster while it commits.
    await tx.$executeRaw`
      WITH queued AS (
      INSERT INTO messages
        (id, template, category, to_address, to_key, payload, priority, on_unknown, expires_at)
      VALUES
        (${id}::uuid, ${message.template}, ${category}, ${address}, ${key},
         ${sealer.seal(id, { props: props.data })}, ${category === "security" ? 0 : 1},
         ${onUnknown}::on_unknown, ${message.expiresAt ?? null})
      )
      SELECT pg_notify('email_queued', '') FROM sending_status WHERE idle_until > now()`;
    return { id };
  };
}

/** RFC 9562 section 5.7: ids in the order of their making keep the primary key's index compact. */
function uuidv7(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [0, 8, 12, 16, 20].map((from, i, all) => hex.slice(from, all[i + 1])).join("-");
}
