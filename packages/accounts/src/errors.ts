import { Refusal } from "@repo/errors";
import { duration } from "@repo/templates/duration";

/** Each refusal: its HTTP status, and the text for the person. */
const REFUSALS = {
  INVALID_CREDENTIALS: {
    status: 401,
    text: "Email or password is wrong. Just signed up? Open the link that we emailed first.",
  },
  NOT_LOGGED_IN: { status: 401, text: "Log in first." },
  WRONG_PASSWORD: { status: 422, text: "This is not your password." },
  PASSWORD_CHECK_NEEDED: { status: 403, text: "Type your password again first." },
  SAME_ADDRESS: { status: 422, text: "This is your address already." },
  FOREIGN_LINK: {
    status: 403,
    text: "This link is for another account. Log in to that one, then open the link again.",
  },
  TOKEN_UNKNOWN: {
    status: 400,
    text: "This link is not one of ours, or a part of it is missing.",
  },
  TOKEN_USED: { status: 410, text: "This link, or a newer one, has been used already." },
  TOKEN_EXPIRED: { status: 410, text: "This link has expired." },
  PASSWORD_REQUIRED: { status: 422, text: "Choose a password for your account." },
  WEAK_PASSWORD: { status: 422, text: "Choose another password." },
  SIGN_UP_UNKNOWN: {
    status: 410,
    text: "This browser has no sign-up that waits for its link. Sign up again, or log in.",
  },
  TOO_MANY_TRIES: { status: 429, text: "That was too often." },
  SIGN_UP_CLOSED: {
    status: 503,
    text: "Too many people are signing up at the moment.",
  },
  BUSY: { status: 503, text: "Too much is going on at the moment." },
} as const satisfies Record<string, { status: number; text: string }>;

type AccountErrorCode = keyof typeof REFUSALS;

/** Why an account service refuses. The message is for the person. */
export class AccountError extends Refusal {
  declare readonly code: AccountErrorCode;

  constructor(
    code: AccountErrorCode,
    options: {
      /** Replaces the code's own text. */
      message?: string | undefined;
      retryAfter?: number;
      detail?: Record<string, string>;
      cause?: unknown;
    } = {},
  ) {
    const { status, text } = REFUSALS[code];
    const retryable = status === 429 || status === 503;
    const message = retryable ? `${text} Try again in ${inWords(options.retryAfter)}.` : text;
    super(status, code, options.message ?? message, { ...options, retryable });
  }
}

/** Rounds up, so that nobody tries too early. @param seconds undefined if unknown */
function inWords(seconds: number | undefined): string {
  if (seconds === undefined) return "a while";
  if (seconds < 60) return seconds === 1 ? "a second" : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return duration(minutes < 90 ? minutes : Math.ceil(minutes / 60) * 60);
}
