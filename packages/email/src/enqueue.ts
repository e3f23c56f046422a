import type { Tx } from "@repo/db";
import type { z } from "zod";
import { parseAddress } from "./address.ts";
import { type Additions, type Payload, checkAdditions } from "./content.ts";
import { createDigest } from "./digest.ts";
import { EmailError } from "./error.ts";
import { createSealer } from "./seal.ts";
import { uuidv7 } from "./uuid.ts";

export { type Address, parseAddress } from "./address.ts";
export { type AllowList, parseAllowList } from "./allow-list.ts";
export { cancel } from "./cancel.ts";
export type { Additions, Attachment } from "./content.ts";
export { EmailError } from "./error.ts";
export { type Mailbox, parseMailbox } from "./mailbox.ts";

/**
 * Every email that can be queued, by its name. The product's are in `@repo/templates/registry`,
 * which says what each field means.
 */
export type Templates = Record<string, TemplateRules>;

interface TemplateRules {
  props: z.ZodType;
  /** `security` is sent before the rest. */
  category: string;
  /** Goes before all others, and may use the last twentieth of the daily quota. */
  reserve?: true;
  onUnknown: "resend" | "hold";
  /** Minutes. */
  expiry: number;
}

/** An email to one person. */
export interface NewMessage<
  T extends Templates,
  N extends keyof T & string = keyof T & string,
> extends Additions {
  template: N;
  to: string;
  props: z.input<T[N]["props"]>;
  /** Not sent before this moment. */
  sendAt?: Date;
  /**
   * Not sent after this moment; give the expiry of the token that the email carries. The
   * template's own `expiry` by default.
   */
  expiresAt?: Date;
  /**
   * Queued once, however often it is asked for: unique for the template, 1 to 256 printable
   * ASCII characters. It lasts as long as the message: until retention deletes it.
   */
  idempotencyKey?: string;
}

/**
 * Queues an email in the caller's transaction: it exists when that commits, and not before.
 * What fails leaves the transaction usable.
 *
 * With an `idempotencyKey` the second message of the same content is not queued: it answers
 * the first one's id. One of two concurrent callers waits for the other's transaction to end.
 *
 * @returns the message's id, by which the log, SES's tags and the events know it
 * @throws EmailError `UNKNOWN_TEMPLATE`, `INVALID_ADDRESS`, `INVALID_PROPS`, `INVALID_TIME`,
 *   `INVALID_IDEMPOTENCY_KEY`; `IDEMPOTENCY_CONFLICT` where the key was used for another content;
 *   and those of `checkAdditions`
 */
export type Enqueue<T extends Templates> = <N extends keyof T & string>(
  tx: Tx,
  message: NewMessage<T, N>,
) => Promise<{ id: string }>;

/** @param config.key EMAIL_KEY, the same in every process that enqueues or delivers */
export function createEnqueue<T extends Templates>(config: {
  key: string;
  templates: T;
}): Enqueue<T> {
  const { templates } = config;
  const sealer = createSealer(config.key);
  const digest = createDigest(config.key);
  return async (tx, message) => {
    const { template, idempotencyKey = null, sendAt = null, expiresAt = null } = message;
    checkKey(idempotencyKey);
    checkTimes(sendAt, expiresAt);
    const rules = rulesOf(templates, template);
    const payload: Payload = {
      props: checkProps(template, rules, message.props),
      ...checkAdditions(message),
    };
    const { address, key } = parseAddress(message.to);
    const content =
      idempotencyKey === null
        ? null
        : digest({ template, to: address, sendAt, expiresAt, ...payload });
    const { category, onUnknown, expiry } = rules;
    const priority = priorityOf(rules);

    for (;;) {
      const id = uuidv7();
      // One statement, so that the wake-up costs no round trip. Raw, not create(): every time is
      // PostgreSQL's own, and it is a third cheaper.
      const inserted = await tx.$executeRaw`
        INSERT INTO messages
          (id, template, category, to_address, to_key, payload, priority, on_unknown, due_at,
           expires_at, idempotency_key, content_digest)
        VALUES
          (${id}::uuid, ${template}, ${category}, ${address}, ${key},
           ${sealer.seal(id, payload)}, ${priority}, ${onUnknown}::on_unknown,
           coalesce(${sendAt}, now()),
           coalesce(${expiresAt}, coalesce(${sendAt}, now()) + ${expiry} * interval '1 minute'),
           ${idempotencyKey}, ${content})
        ON CONFLICT (template, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
        RETURNING wake_worker(due_at)`;
      if (inserted > 0) return { id };
      const first = await tx.$queryRaw<{ id: string; same: boolean }[]>`
        SELECT id, content_digest = ${content} AS same FROM messages
        WHERE template = ${template} AND idempotency_key = ${idempotencyKey}`;
      // Deleted in between: the key is free again.
      if (!first[0]) continue;
      if (first[0].same) return { id: first[0].id };
      throw new EmailError(
        "IDEMPOTENCY_CONFLICT",
        `This idempotencyKey was used for another ${template} email. Give each email a key of its own, made from what it is about.`,
      );
    }
  };
}

function rulesOf(templates: Templates, template: string): TemplateRules {
  const rules = Object.hasOwn(templates, template) ? templates[template] : undefined;
  if (rules) return rules;
  throw new EmailError(
    "UNKNOWN_TEMPLATE",
    `There is no such template. There are: ${Object.keys(templates).join(", ")}.`,
  );
}

/** The lowest is claimed first; 0 alone has the reserve of the daily quota. */
function priorityOf({ reserve, category }: TemplateRules): number {
  if (reserve) return 0;
  return category === "security" ? 1 : 2;
}

function checkProps(template: string, rules: TemplateRules, props: unknown): unknown {
  const parsed = rules.props.safeParse(props);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join(".") || "props");
  throw new EmailError(
    "INVALID_PROPS",
    `The props of ${template} do not fit its schema: ${fields.join(", ")}. See packages/templates/src/emails/${template}/schema.ts.`,
  );
}

function checkTimes(sendAt: Date | null, expiresAt: Date | null): void {
  const isWrong = [sendAt, expiresAt].some((time) => time && Number.isNaN(time.getTime()));
  if (isWrong || (sendAt && expiresAt && expiresAt <= sendAt)) {
    throw new EmailError(
      "INVALID_TIME",
      "sendAt and expiresAt must be times, and expiresAt the later one.",
    );
  }
}

function checkKey(key: string | null): void {
  if (key === null || /^[ -~]{1,256}$/.test(key)) return;
  throw new EmailError(
    "INVALID_IDEMPOTENCY_KEY",
    "An idempotencyKey is 1 to 256 printable ASCII characters.",
  );
}
