import type { Db } from "@repo/db";
import { type Client, authenticate, sendForProgram, statusForProgram } from "@repo/email/api";
import { EmailError, createEnqueue } from "@repo/email/enqueue";
import { categories, templates } from "@repo/templates/registry";
import { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import { z } from "zod";
import type { Env } from "../env.ts";
import { isJson } from "../http/answer.tsx";
import { readBodyUpTo } from "../http/body.ts";
import { HttpError, methodNotAllowed, notFound, sendError, toHttpError } from "../http/errors.tsx";

declare global {
  namespace Express {
    interface Locals {
      /** The program that calls the API. */
      client: Client;
    }
  }
}

const PATH = "/api/emails";
// A receipt of 100 lines has 30 KB.
const LIMIT = 64 * 1024;

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** What a program may send. A misspelled field is an error. */
const Body = z.strictObject({
  template: z.string(),
  to: z.string(),
  props: z.record(z.string(), z.unknown()).default({}),
  locale: z.string().optional(),
  sendAt: time.optional(),
  expiresAt: time.optional(),
  idempotencyKey: z.string().optional(),
});

/**
 * `POST /api/emails` queues an email for a program, `GET /api/emails/:id` tells what became of it:
 * docs/api.md. The key in `Authorization` names the program. There are no cookies and no CORS, so a
 * page in a browser can neither send nor read.
 */
export function emailApi(db: Db, { EMAIL_KEY }: Pick<Env, "EMAIL_KEY">): Router {
  const enqueue = createEnqueue({ keys: EMAIL_KEY, templates, categories });

  // Before the body is read: a stranger cannot make us read one.
  const identify: RequestHandler = async (req, res, next) => {
    const [, key = ""] = /^Bearer +(\S+)$/i.exec(req.get("authorization") ?? "") ?? [];
    res.locals.client = await authenticate(db, key);
    next();
  };

  const send: RequestHandler = async (req, res) => {
    const message = readMessage(req.body, req.headersDistinct["idempotency-key"]);
    const { keyId, program } = res.locals.client;
    const { id } = await sendForProgram(db, enqueue, res.locals.client, message);
    req.log.info({ api: { keyId, program, messageId: id } }, "email queued for a program");
    res.status(202).location(`${PATH}/${id}`).json({ id });
  };

  const status: RequestHandler<{ id: string }> = async (req, res) => {
    const found = await statusForProgram(db, res.locals.client, req.params.id);
    if (!found) throw new HttpError(404, "NOT_FOUND", "This program has queued no such email.");
    res.json(found);
  };

  const router = Router();
  router.use(PATH, (_req, res, next) => {
    res.set("Cache-Control", "no-store");
    next();
  });
  router
    .route(PATH)
    .post(identify, onlyJson, ...readBodyUpTo(LIMIT), send)
    .all(methodNotAllowed("POST"));
  router.route(`${PATH}/:id`).get(identify, status).all(methodNotAllowed("GET"));
  return router.use(PATH, notFound, refuse);
}

const onlyJson: RequestHandler = (req, _res, next) => {
  if (isJson(req)) return next();
  throw new HttpError(415, "UNSUPPORTED_MEDIA_TYPE", "Send application/json, in UTF-8.");
};

/** @throws HttpError `INVALID_INPUT` */
function readMessage(body: unknown, headers: string[] = []) {
  const read = Body.safeParse(body);
  if (!read.success) {
    const fields = read.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => [key, "There is no such field."])
        : [[issue.path.join(".") || "body", issue.message]],
    );
    throw invalid("Correct the fields.", Object.fromEntries(fields));
  }
  const { idempotencyKey: inBody, ...message } = read.data;
  const [idempotencyKey, another] = new Set(inBody === undefined ? headers : [...headers, inBody]);
  if (another !== undefined) {
    const text = "This request has two different idempotency keys. Send one.";
    throw invalid(text, { idempotencyKey: text });
  }
  return { ...message, ...(idempotencyKey !== undefined && { idempotencyKey }) };
}

function invalid(message: string, fields: Record<string, string>): HttpError {
  return new HttpError(422, "INVALID_INPUT", message, { fields });
}

/** Answers in JSON, even if the Accept header asks for another type: the client is a program. */
const refuse: ErrorRequestHandler = (error, req, res, _next) => {
  req.headers.accept = "application/json";
  const answer = toAnswer(error);
  if (answer.status === 401) res.set("WWW-Authenticate", "Bearer");
  sendError(req, res, answer);
};

function toAnswer(error: unknown): HttpError {
  // All errors of `enqueue` are about what the program has sent.
  if (!(error instanceof EmailError)) return toHttpError(error);
  const status = error.code === "IDEMPOTENCY_CONFLICT" ? 409 : 422;
  return new HttpError(status, error.code, error.message, { cause: error });
}
