import type { z } from "zod";
import { parseAddress } from "./address.ts";
import { type Additions, type Payload, checkAdditions } from "./content.ts";
import { createDigester } from "./digest.ts";
import { EmailError } from "./error.ts";
import type { Keys } from "./keys.ts";
import { type Categories, canBeTurnedOff } from "./preferences/categories.ts";
import { createSealer } from "./seal.ts";
import { uuidv7 } from "./uuid.ts";

/**
 * The emails that can be queued, by name. The product's are in `@repo/templates/registry`, which
 * explains each field.
 */
export type Templates = Record<string, TemplateRules>;

interface TemplateRules {
  props: z.ZodType;
  /** `security` is sent before the rest. */
  category: string;
  /** Is sent before all others, and may use the last 5 % of the daily quota. */
  reserve?: true;
  onUnknown: "resend" | "hold";
  /** In minutes. */
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
  /**
   * The reader's language, as a tag (BCP 47): "de", "pt-BR". If the template has
   * no text in it, the nearest language of the template is used. Default: the product's language.
   */
  locale?: string | null | undefined;
  /** Not sent before this moment. */
  sendAt?: Date;
  /**
   * Not sent after this moment: pass the expiry of the token that the email contains. Default: the
   * template's `expiry`, counted from `sendAt` or from now.
   */
  expiresAt?: Date;
  /**
   * Messages with the same key and template are queued once. 1 to 256 printable ASCII characters.
   * The key is free again when retention deletes the message.
   */
  idempotencyKey?: string;
  /**
   * If the key was used, return the first message's id, even if its content was another: for a
   * weekly digest whose list has changed since. Default: false, which refuses other content.
   */
  keepFirst?: boolean;
}

/** A message's row before it is inserted. PostgreSQL sets the times that are null. */
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
  /** Minutes from the time that it is due, used if `expiresAt` is null. */
  expiry: number;
  idempotencyKey: string | null;
  keepFirst: boolean;
  /** A digest of the content; null without an idempotency key. */
  digest: Buffer<ArrayBuffer> | null;
  /** Whether a stored digest was made from the same content. */
  isSame(this: void, digest: Uint8Array | null): boolean;
}

/**
 * Checks a message and seals its contents.
 *
 * @throws EmailError the codes of `Enqueue` except `IDEMPOTENCY_CONFLICT`
 */
export type Prepare<T extends Templates> = (message: NewMessage<T>) => NewRow;

/** What `createEnqueue` and `createEnqueueMany` need. */
export interface EnqueueConfig<T extends Templates> {
  /** EMAIL_KEY, the same in every process that enqueues or delivers. */
  keys: Keys;
  templates: T;
  /** Email that people can turn off is sent after all other email. Default: none can be. */
  categories?: Categories;
}

export function createPrepare<T extends Templates>(config: EnqueueConfig<T>): Prepare<T> {
  const { templates, categories = {} } = config;
  const sealer = createSealer(config.keys);
  const digester = createDigester(config.keys);
  return (message) => {
    const { template, idempotencyKey = null, keepFirst = false } = message;
    const { sendAt = null, expiresAt = null } = message;
    checkKey(idempotencyKey);
    checkTimes(sendAt, expiresAt);
    const rules = rulesOf(templates, template);
    const locale = checkLocale(message.locale);
    const withoutLocale = {
      props: checkProps(template, rules, message.props),
      ...checkAdditions(message),
    };
    const contents: Payload = { ...withoutLocale, ...(locale !== undefined && { locale }) };
    const { address, key: addressKey } = parseAddress(message.to);
    // Without the language: it is the same email, even if its reader has changed the language.
    const content = { template, to: address, sendAt, expiresAt, ...withoutLocale };
    const id = uuidv7();
    const { category, onUnknown, expiry } = rules;
    return {
      id,
      template,
      category,
      address,
      addressKey,
      payload: sealer.seal(id, contents),
      priority: priorityOf(rules, categories),
      onUnknown,
      sendAt,
      expiresAt,
      expiry,
      idempotencyKey,
      keepFirst,
      digest: idempotencyKey === null ? null : digester.digest(content),
      isSame: (digest) => digester.matches(digest, content),
    };
  };
}

/** The error for a key that was used for another content. */
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
    `There is no such template. The templates are: ${Object.keys(templates).join(", ")}.`,
  );
}

/** The lowest number is claimed first. Only 0 may use the reserve of the daily quota. */
function priorityOf({ reserve, category }: TemplateRules, categories: Categories): number {
  if (reserve) return 0;
  if (category === "security") return 1;
  return canBeTurnedOff(categories, category) ? 3 : 2;
}

function checkProps(template: string, rules: TemplateRules, props: unknown): unknown {
  const parsed = rules.props.safeParse(props);
  if (parsed.success) return parsed.data;
  // zod's reasons name what it expected, and never the value.
  const reasons = parsed.error.issues.map(
    ({ path, message }) => `${path.join(".") || "props"}: ${message}`,
  );
  throw new EmailError(
    "INVALID_PROPS",
    `The props of ${template} do not fit its schema. ${reasons.join("; ")}. See packages/templates/src/emails/${template}/schema.ts.`,
  );
}

function checkTimes(sendAt: Date | null, expiresAt: Date | null): void {
  const isWrong = [sendAt, expiresAt].some((time) => time && !isStorable(time));
  if (isWrong || (sendAt && expiresAt && expiresAt <= sendAt)) {
    throw new EmailError(
      "INVALID_TIME",
      "sendAt and expiresAt must be valid times of the years 1970 to 2999, and expiresAt must be the later one.",
    );
  }
}

/**
 * JavaScript and PostgreSQL write years before 1 and after 9999 differently. And what an operator
 * holds is due 6,800 years later (operator.ts).
 */
function isStorable(time: Date): boolean {
  // It is NaN for an invalid time.
  const year = time.getUTCFullYear();
  return year >= 1970 && year < 3000;
}

/** Any language may be given: the renderer falls back to one that the template has. */
function checkLocale(locale: string | null | undefined): string | undefined {
  if (locale === null || locale === undefined) return undefined;
  try {
    return new Intl.Locale(locale).baseName;
  } catch (cause) {
    throw new EmailError(
      "INVALID_LOCALE",
      'A locale is a language tag like "de" or "pt-BR" (BCP 47).',
      { cause },
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
