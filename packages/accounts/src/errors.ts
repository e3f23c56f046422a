import { Refusal } from "@repo/errors";
import { type Locale, defaultLocale, findLocale, formatsOf, locales } from "@repo/locales";
import type { Weakness } from "./passwords/rules.ts";
import { de } from "./texts/de.ts";
import { en } from "./texts/en.ts";

const TEXTS: Record<Locale, typeof en> = { en, de };

/** The HTTP status of each refusal. `texts` has what it says to the person. */
const STATUS: Record<keyof typeof en.refusals, number> = {
  INVALID_CREDENTIALS: 401,
  NOT_LOGGED_IN: 401,
  WRONG_PASSWORD: 422,
  PASSWORD_CHECK_NEEDED: 403,
  SAME_ADDRESS: 422,
  FOREIGN_LINK: 403,
  TOKEN_UNKNOWN: 400,
  TOKEN_USED: 410,
  TOKEN_EXPIRED: 410,
  PASSWORD_REQUIRED: 422,
  WEAK_PASSWORD: 422,
  SIGN_UP_UNKNOWN: 410,
  TOO_MANY_TRIES: 429,
  SIGN_UP_CLOSED: 503,
  BUSY: 503,
};

type AccountErrorCode = keyof typeof STATUS;

/** What a refusal says, besides its code. */
interface Said {
  /** With `WEAK_PASSWORD`. */
  weakness?: Weakness | undefined;
  /** Seconds. */
  retryAfter?: number | undefined;
}

/** Why an account service refuses. The message is for the person. */
export class AccountError extends Refusal {
  declare readonly code: AccountErrorCode;
  readonly #said: Said;

  constructor(
    code: AccountErrorCode,
    options: Said & { detail?: Record<string, string>; cause?: unknown } = {},
  ) {
    const { weakness: _, ...rest } = options;
    const status = STATUS[code];
    const message = say(defaultLocale, code, options);
    super(status, code, message, { ...rest, retryable: isTemporary(status) });
    this.#said = options;
  }

  override messageIn(locale: string): string {
    return say(locale, this.code, this.#said);
  }
}

function isTemporary(status: number): boolean {
  return status === 429 || status === 503;
}

/** @param locale the product's language is used for one without texts */
function say(locale: string, code: AccountErrorCode, { weakness, retryAfter }: Said): string {
  const known = findLocale(locale, locales) ?? defaultLocale;
  const texts = TEXTS[known];
  if (weakness) return texts.passwords[weakness];
  const text = texts.refusals[code];
  if (!isTemporary(STATUS[code])) return text;
  const wait =
    retryAfter === undefined
      ? texts.tryAgainLater
      : texts.tryAgainIn(formatsOf(known).duration(roundUp(retryAfter)));
  return `${text} ${wait}`;
}

/** In minutes, rounded up so that nobody comes too early. */
function roundUp(seconds: number): number {
  if (seconds < 60) return seconds / 60;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? minutes : Math.ceil(minutes / 60) * 60;
}
