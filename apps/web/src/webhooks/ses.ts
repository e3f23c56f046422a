import { EmailError, type Ingest, MAX_ENVELOPE } from "@repo/email/events";
import express, { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import { HttpError, methodNotAllowed, sendError, toHttpError } from "../http/errors.tsx";

/**
 * `POST /webhooks/ses`: what SNS says of our email. 2xx only after the commit. 4xx only for what
 * no retry can mend: SNS sends an event that was answered so never again.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 *
 * It reads no session and asks for no origin: the signature says who speaks.
 */
export function sesWebhook(ingest: Ingest): Router {
  const take: RequestHandler = async (req, res) => {
    const result = await ingest(decode(req.body));
    const { type, messageId, events } = result;
    req.log.info({ sns: { type, messageId, events } }, "message of SNS taken");
    res.json({ status: "ok" });
  };
  const router = Router();
  router
    .route("/webhooks/ses")
    // SNS says text/plain of its JSON, or what its subscription was told to.
    .post(express.raw({ type: () => true, limit: MAX_ENVELOPE, inflate: false }), take)
    .all(methodNotAllowed("POST"));
  return router.use("/webhooks/ses", refuse);
}

function decode(body: unknown): string {
  try {
    const bytes = body instanceof Buffer ? body : Buffer.alloc(0);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HttpError(400, "NOT_UTF8", "The body is not valid UTF-8. Send text in UTF-8.");
  }
}

const refuse: ErrorRequestHandler = (error, req, res, _next) => {
  // A program asks, whatever it says that it accepts.
  req.headers.accept = "application/json";
  sendError(req, res, answerTo(error));
};

// What no retry can mend.
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
  if (answer.status < 500) return answer;
  return new HttpError(503, "NOT_STORED", "This could not be stored now. Send it again.", {
    cause: error,
  });
}
