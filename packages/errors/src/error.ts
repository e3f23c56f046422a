/**
 * The base of every error of the apps and packages. A caller can tell by `code` what happened, and
 * by `retryable` whether the same call may succeed later. The message says what is wrong and what
 * to do next. It never contains a secret.
 */
export class AppError extends Error {
  /** Stable, upper-case, for programs: `INVALID_ADDRESS`, `PORT_TAKEN`. */
  readonly code: string;
  /** True when the same call may succeed later without a change by a person. */
  readonly retryable: boolean;

  constructor(
    code: string,
    message: string,
    options: { retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** The refusal of something that a person asked for. The message is written for that person. */
export class Refusal extends AppError {
  /** The HTTP status. */
  readonly status: number;
  /** Seconds after which the same call may succeed. */
  readonly retryAfter: number | undefined;
  /** Details for the log: keyed hashes, and no address. */
  readonly detail: Record<string, string> | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    options: {
      retryable?: boolean;
      retryAfter?: number | undefined;
      detail?: Record<string, string> | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(code, message, options);
    this.status = status;
    this.retryAfter = options.retryAfter;
    this.detail = options.detail;
  }

  /** The message in a language: the same one, unless a subclass has translations. */
  messageIn(_locale: string): string {
    return this.message;
  }
}
