import type { z } from "zod";
import { parseAddress } from "./address.ts";
import { type Additions, type Payload, checkAdditions } from "./content.ts";
import { createDigest } from "./digest.ts";
import { EmailError } from "./error.ts";
import { createSealer } from "./seal.ts";
import { uuidv7 } from "./uuid.ts";

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
  /**
   * Where the key was used, answers the first message's id, even if its content was another: for
   * a digest whose list has changed since. Default: false, and the other content is refused.
   */
  keepFirst?: boolean;
}

/** A message as its row is written; the times that are not given are PostgreSQL's. */
export interface NewRow {
  id: string;
  template: string;
  category: string;
  address: string;
  addressKey: string;
  payload: Buffer<ArrayBuffer>;
  priority: number;
  onUnknown: "resend" | "hold";
  sendAt: Date | null;
  expiresAt: Date | null;
  /** Minutes from when it is due, where `expiresAt` is not given. */
  expiry: number;
  idempotencyKey: string | null;
  keepFirst: boolean;
  /** Of the content, where there is a key. */
  digest: Buffer<ArrayBuffer> | null;
}

/**
 * Checks a message and seals its contents.
 *
 * @throws EmailError as `Enqueue` says, but for `IDEMPOTENCY_CONFLICT`
 */
export type Prepare<T extends Templates> = (message: NewMessage<T>) => NewRow;

/** @param config.key EMAIL_KEY */
export function createPrepare<T extends Templates>(config: {
  key: string;
  templates: T;
}): Prepare<T> {
  const { templates } = config;
  const sealer = createSealer(config.key);
  const createContentDigest = createDigest(config.key);
  return (message) => {
    const { template, idempotencyKey = null, keepFirst = false } = message;
    const { sendAt = null, expiresAt = null } = message;
    checkKey(idempotencyKey);
    checkTimes(sendAt, expiresAt);
    const rules = rulesOf(templates, template);
    const contents: Payload = {
      props: checkProps(template, rules, message.props),
      ...checkAdditions(message),
    };
    const { address, key: addressKey } = parseAddress(message.to);
    const content = { template, to: address, sendAt, expiresAt, ...contents };
    const id = uuidv7();
    const { category, onUnknown, expiry } = rules;
    return {
      id,
      template,
      category,
      address,
      addressKey,
      payload: sealer.seal(id, contents),
      priority: priorityOf(rules),
      onUnknown,
      sendAt,
      expiresAt,
      expiry,
      idempotencyKey,
      keepFirst,
      digest: idempotencyKey === null ? null : createContentDigest(content),
    };
  };
}

/** The key was used for another content. */
export function conflict(template: string): EmailError {
  return new EmailError(
    "IDEMPOTENCY_CONFLICT",
    `This idempotencyKey was used for another ${template} email. Give each email a key of its own, made from what it is about.`,
  );
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
