import { randomUUID } from "node:crypto";
import express, { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import type { Accept } from "./accept.ts";
import type { Account } from "./account.ts";
import { regionOf } from "./credentials.ts";
import { badRequest, SesError } from "./error.ts";
import { NoAnswer } from "./faults.ts";
import { operationRoutes } from "./operations.ts";
import { sendEmail } from "./send-email.ts";

/**
 * The SES v2 API, mounted at `/v2/email`. It does not verify signatures, so it accepts any
 * credentials. Like AWS, it refuses a request without credentials.
 */
export function sesRoutes({
  accept,
  account,
  verified,
  log,
}: {
  accept: Accept;
  account: Account;
  /** The verified identities. */
  verified: string[];
  log: (line: string) => void;
}): Router {
  const router = Router();
  router.use((_req, res, next) => {
    res.set("x-amzn-requestid", randomUUID());
    next();
  }, authenticate);
  // A message of 40 MB has 54 MB in base64.
  router.use(express.json({ limit: "56mb", type: () => true }));

  router.post("/outbound-emails", async (req, res) => {
    res.json(await sendEmail(req.body, res.locals["region"], { account, accept }));
  });

  router.get("/account", (_req, res) => {
    res.json(account.describe());
  });

  router.use(operationRoutes(account, verified));

  router.use(unknownOperation(log));
  router.use(answerError(log));
  return router;
}

/** Answers and logs a request for an unsupported operation. */
export function unknownOperation(log: (line: string) => void): RequestHandler {
  return (req, res) => {
    log(`unknown operation: ${req.method} ${req.originalUrl.split("?")[0]}`);
    answer(res, new SesError("UnknownOperationException", "This operation is not supported.", 404));
  };
}

const authenticate: RequestHandler = (req, res, next) => {
  const region = regionOf(req);
  if (region === undefined) {
    const type = "MissingAuthenticationTokenException";
    answer(res, new SesError(type, "Missing Authentication Token", 403));
    return;
  }
  res.locals["region"] = region;
  next();
};

function answerError(log: (line: string) => void): ErrorRequestHandler {
  return (error, req, res, _next) => {
    if (error instanceof NoAnswer) {
      log(`no answer: ${error.message}`);
      res.destroy();
      return;
    }
    const sesError = asSesError(error);
    if (error instanceof SesError || sesError.status < 500) {
      log(`refused: ${sesError.type}: ${sesError.message}`);
    } else log(`${req.method} ${req.originalUrl} failed: ${error?.stack}`);
    answer(res, sesError);
  };
}

function asSesError(error: { type?: string } | undefined): SesError {
  if (error instanceof SesError) return error;
  // Errors of body-parser: malformed JSON, wrong charset, too large.
  if (error?.type === "entity.parse.failed") {
    return new SesError("SerializationException", "The request body is not valid JSON.");
  }
  if (error?.type === "entity.too.large") {
    return badRequest("Message length is more than 41943040 bytes long.");
  }
  return new SesError("InternalServiceErrorException", "ses-local failed; see its log.", 500);
}

function answer(res: Parameters<RequestHandler>[1], error: SesError): void {
  res.status(error.status).set("x-amzn-errortype", error.type).json({ message: error.message });
}
