import { EmailError } from "@repo/email/operations";
import type { Request } from "express";
import { wantsJson } from "../http/answer.tsx";
import { HttpError, toHttpError } from "../http/errors.tsx";

/** Refusals of packages/email that an operator can cause, and their HTTP status. */
const STATUS: Partial<Record<string, number>> = {
  COMPLAINED: 409,
  INVALID_COUNT: 422,
  INVALID_CURSOR: 422,
  INVALID_RATE: 422,
  NOT_HELD: 409,
  NOT_RETRIABLE: 409,
  NOT_SUPPRESSED: 409,
  NOT_WAITING: 409,
  PAUSE_CHANGED: 409,
  RATE_CHANGED: 409,
  RESTORE_UNDECIDED: 409,
  SUPPRESSION_CHANGED: 409,
  UNKNOWN_EMAIL: 404,
};

/** The same error as an answer to the operator, or unchanged if the operator did not cause it. */
export function asRefusal(error: unknown): unknown {
  if (!(error instanceof EmailError)) return error;
  const status = STATUS[error.code];
  return status ? new HttpError(status, error.code, error.message, { cause: error }) : error;
}

/** Runs something of packages/email whose refusals are shown on the page. */
export async function refusing<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asRefusal(error);
  }
}

/**
 * The refusal that the page of a search shows in place of a result.
 *
 * @throws the same error if it is a fault of ours, or if the request wants JSON
 */
export function refusalOfSearch(req: Request, thrown: unknown): HttpError {
  const error = toHttpError(asRefusal(thrown));
  if (error.status >= 500 || wantsJson(req)) throw thrown;
  return error;
}

export function unknownEmail(): HttpError {
  const message = "No email has this id. It may have been deleted because of its age.";
  return new HttpError(404, "UNKNOWN_EMAIL", message);
}
