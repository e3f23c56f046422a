import { gotNoConnection } from "@repo/db";
import { EmailError } from "@repo/email/enqueue";
import { AppError, Refusal } from "@repo/errors";
import { type Locale, defaultLocale } from "@repo/locales";
import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import type { ReactElement } from "react";
import { textsOf, useTexts } from "../texts/texts.ts";
import { Notice } from "../ui/notice.tsx";
import { sendPage, wantsJson } from "./answer.tsx";

/** Messages by field name, as forms show them and JSON carries them. */
export type FieldErrors = Record<string, string>;

/** Refuses a request. The message says what its sender can do. */
export class HttpError extends AppError {
  readonly status: number;
  readonly fields: FieldErrors | undefined;
  /** In seconds. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    options: { fields?: FieldErrors; retryAfter?: number | undefined; cause?: unknown } = {},
  ) {
    super(code, message, "cause" in options ? { cause: options.cause } : {});
    this.status = status;
    this.fields = options.fields;
    this.retryAfter = options.retryAfter;
  }
}

/** The form field that an error belongs to. */
const FIELD: Partial<Record<string, string>> = {
  TOKEN_UNKNOWN: "token",
  TOKEN_USED: "token",
  TOKEN_EXPIRED: "token",
  FOREIGN_LINK: "token",
  SAME_ADDRESS: "email",
  PASSWORD_REQUIRED: "password",
  WEAK_PASSWORD: "password",
  WRONG_PASSWORD: "currentPassword",
};

/** Errors of packages/email that the request causes. The others are our own faults. */
const EMAIL_STATUS: Partial<Record<string, number>> = {
  CANNOT_BE_TURNED_OFF: 422,
  IDEMPOTENCY_CONFLICT: 409,
  INVALID_ADDRESS: 422,
  LINK_UNKNOWN: 400,
};

// In seconds: as long as a request waits for a connection.
const NO_CONNECTION = 5;

/**
 * Turns any error into a response. An unknown error becomes a 500 that reveals nothing.
 *
 * @param locale the language of the message. What only programmers see is in English
 */
export function toHttpError(error: unknown, locale: Locale = defaultLocale): HttpError {
  const { messages, email } = textsOf(locale).errors;
  if (error instanceof HttpError) return error;
  if (error instanceof Refusal) {
    const { code, status, retryAfter } = error;
    const message = error.messageIn(locale);
    const field = FIELD[code];
    const fields = field === undefined ? {} : { fields: { [field]: message } };
    return new HttpError(status, code, message, { ...fields, retryAfter, cause: error });
  }
  if (error instanceof EmailError) {
    const status = EMAIL_STATUS[error.code];
    if (status) {
      const message = email[error.code] ?? error.message;
      return new HttpError(status, error.code, message, { cause: error });
    }
  }
  // The database is overloaded, does not answer, or takes no writes for now.
  if (gotNoConnection(error))
    return new HttpError(503, "BUSY", messages.busy, { retryAfter: NO_CONNECTION, cause: error });
  // The client has closed the connection: nobody reads the answer.
  if (error instanceof DOMException && error.name === "AbortError")
    return new HttpError(499, "CLIENT_GONE", "The client closed the connection.");
  const status = statusOf(error);
  switch (status) {
    case 400:
      // A part of the path cannot be decoded: %ff.
      if (error instanceof URIError) return new HttpError(404, "NOT_FOUND", messages.notFound);
      return new HttpError(400, "BAD_REQUEST", messages.badRequest);
    case 412:
    case 416:
      return new HttpError(
        status,
        "BAD_REQUEST",
        "This file has no such version or part. Send the request without Range and If-… headers.",
      );
    case 413:
      return new HttpError(413, "BODY_TOO_LARGE", messages.tooLarge(limitOf(error)));
    case 415:
      return new HttpError(415, "UNSUPPORTED_ENCODING", "Send the body without compression.");
    default:
      return new HttpError(500, "INTERNAL", messages.internal, { cause: error });
  }
}

/** Express and its body parser put a status on their errors. */
function statusOf(error: unknown): unknown {
  return error instanceof Error && "status" in error ? error.status : undefined;
}

/** In KB. */
function limitOf(error: unknown): string {
  return error instanceof Error && "limit" in error ? String(Number(error.limit) / 1024) : "0";
}

/**
 * Sends an error: as JSON, on the given page, or on a page of its own. If a part of another answer
 * is sent already, it closes the connection, so that nobody takes that part for the whole.
 */
export function sendError(
  req: Request,
  res: Response,
  error: HttpError,
  page?: ReactElement,
): void {
  const { status, code, message, fields } = error;
  const requestId = res.get("X-Request-Id") ?? "";
  res.locals.code = code;
  if (error.cause instanceof Refusal && error.cause.detail) res.locals.detail = error.cause.detail;
  if (error.retryAfter !== undefined) res.set("Retry-After", String(error.retryAfter));
  if (status >= 500 && error.cause instanceof Error) res.err = error.cause;
  if (res.headersSent) {
    res.destroy();
  } else if (wantsJson(req)) {
    res.status(status).json({ error: { code, message, ...(fields && { fields }), requestId } });
  } else {
    sendPage(res, status, page ?? <ErrorPage error={error} requestId={requestId} />);
  }
}

function ErrorPage({ error, requestId }: { error: HttpError; requestId: string }) {
  const t = useTexts().errors;
  return (
    <Notice title={t.titles[error.status] ?? t.title} requestId={requestId}>
      <p>{error.message}</p>
      <p>
        <a href="/">{t.toHome}</a>
      </p>
    </Notice>
  );
}

/** Use it after all routes. */
export const notFound: RequestHandler = (_req, res) => {
  throw new HttpError(404, "NOT_FOUND", textsOf(res.locals.locale).errors.messages.notFound);
};

/** Use it at the end of a route: answers the methods that the route does not allow. */
export function methodNotAllowed(...allowed: string[]): RequestHandler {
  return (req, res) => {
    res.set("Allow", allowed.join(", "));
    const { locale } = res.locals;
    const use = new Intl.ListFormat(locale, { type: "disjunction" }).format(allowed);
    const message = textsOf(locale).errors.messages.methodNotAllowed(req.method, use);
    throw new HttpError(405, "METHOD_NOT_ALLOWED", message);
  };
}

/** Use it last. */
export const errorHandler: ErrorRequestHandler = (error, req, res, _next) =>
  sendError(req, res, toHttpError(error, res.locals.locale));
