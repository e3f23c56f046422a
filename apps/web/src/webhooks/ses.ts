import { onEvents } from "@repo/accounts/on-events";
import type { Db } from "@repo/db";
import { createPseudonyms } from "@repo/email/erasure";
import { EmailError, type Ingest, MAX_ENVELOPE, createIngest } from "@repo/email/events";
import express, { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import type { Env } from "../env.ts";
import { refuseLongerThan } from "../http/body.ts";
import { HttpError, methodNotAllowed, sendError, toHttpError } from "../http/errors.tsx";

// In seconds. An older event is refused, because SNS stops retrying after an hour.
const MAX_AGE = 24 * 60 * 60;

/** The webhook of the topic that SES_EVENTS_TOPIC_ARN names. */
export function takeEvents(db: Db, env: Env): Router {
  const topicArn = env.SES_EVENTS_TOPIC_ARN;
  const pseudonyms = createPseudonyms(env.OPT_OUT_KEY);
  const { ingest } = createIngest({
    db,
    topicArn,
    fetch: env.snsFetch,
    pseudonyms,
    onEvents,
    maxAge: MAX_AGE,
  });
  return sesWebhook(ingest);
}

/**
 * `POST /webhooks/ses`: SNS posts SES's events here. It answers 2xx only after the commit. It
 * answers 4xx only when no retry can help, because SNS does not retry after a 4xx.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 *
 * It checks no session and no origin: the signature proves the sender.
 */
export function sesWebhook(ingest: Ingest): Router {
  const take: RequestHandler = async (req, res) => {
    const result = await ingest(decode(req.body));
    const { type, messageId, events, types } = result;
    res.locals.eventTypes = types;
    req.log.info({ sns: { type, messageId, events } }, "SNS message accepted");
    res.json({ status: "ok" });
  };
  const router = Router();
  router
    .route("/webhooks/ses")
    // SNS sends its JSON as text/plain, or as the type that its subscription sets.
    .post(
      refuseLongerThan(MAX_ENVELOPE),
      limitLargeBodies(),
      express.raw({ type: () => true, limit: MAX_ENVELOPE, inflate: false }),
      take,
    )
    .all(methodNotAllowed("POST"));
  return router.use("/webhooks/ses", refuse());
}

// In bytes. An event has 2 to 10 KB, or more if the message has many headers.
const SMALL = 64 * 1024;
// At most 16 MB of memory. Anyone can post, and as slowly as they like.
const LARGE_AT_ONCE = 16;

/** Limits how many large bodies are read at once. Small ones never wait for them. */
function limitLargeBodies(): RequestHandler {
  let large = 0;
  return (req, res, next) => {
    // A body that does not declare its size counts as large.
    if (Number(req.headers["content-length"] ?? Infinity) <= SMALL) return next();
    if (large >= LARGE_AT_ONCE) {
      throw new HttpError(503, "BUSY", "Too many large messages at once. Send it again.", {
        retryAfter: 1,
      });
    }
    large++;
    res.once("close", () => large--);
    next();
  };
}

function decode(body: unknown): string {
  try {
    const bytes = body instanceof Buffer ? body : Buffer.alloc(0);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HttpError(400, "NOT_UTF8", "The body is not valid UTF-8. Send text in UTF-8.");
  }
}

/** Answers an error. Of the errors that anyone can cause, it logs only a sample. */
function refuse(): ErrorRequestHandler {
  const sample = createSample();
  return (error, req, res, _next) => {
    // The client is always a program, whatever it accepts.
    req.headers.accept = "application/json";
    if (isSendersFault(error)) {
      const unlogged = sample();
      res.locals.level = unlogged === undefined ? "silent" : "warn";
      res.locals.detail = { reason: codeOf(error), ...(unlogged && { unlogged }) };
    }
    sendError(req, res, answerTo(error));
  };
}

// Log lines in a minute.
const LOGGED = 10;
const MINUTE = 60_000;

/**
 * @returns a function that counts one error: undefined if it must not be logged, otherwise the
 *   number of unlogged ones since the last line
 */
function createSample(): () => number | undefined {
  let begun = -Infinity;
  let logged = 0;
  let unlogged = 0;
  return () => {
    if (performance.now() - begun >= MINUTE) {
      begun = performance.now();
      logged = 0;
    }
    if (logged >= LOGGED) {
      unlogged++;
      return undefined;
    }
    logged++;
    const since = unlogged;
    unlogged = 0;
    return since;
  };
}

/** Whether the sender caused the error, and not our own database. */
function isSendersFault(error: unknown): boolean {
  if (error instanceof EmailError) return error.code !== "EVENTS_NOT_STORED";
  // Our own refusals, among them that of too many large bodies. Without a connection, the database
  // would be BUSY too.
  return error instanceof HttpError || toHttpError(error).status < 500;
}

function codeOf(error: unknown): string {
  return error instanceof EmailError ? error.code : toHttpError(error).code;
}

// The errors for which no retry can help.
const FINAL: Record<string, number> = {
  MALFORMED_SNS_MESSAGE: 400,
  MALFORMED_EVENT: 400,
  FOREIGN_TOPIC: 403,
  FORGED_SNS_MESSAGE: 403,
  STALE_SNS_MESSAGE: 403,
};

function answerTo(error: unknown): HttpError {
  const status = error instanceof EmailError && FINAL[error.code];
  if (status) return new HttpError(status, error.code, error.message);
  const answer = toHttpError(error);
  if (answer.status < 500 || error === answer) return answer;
  return new HttpError(503, "NOT_STORED", "This could not be stored now. Send it again.", {
    cause: error,
  });
}
