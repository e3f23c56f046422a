import path from "node:path";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import { controlRoutes } from "./control/routes.ts";
import type { Publisher } from "./events/publisher.ts";
import { eventRoutes } from "./events/routes.ts";
import { Refusal } from "./http.ts";
import { type Info, inboxRoutes } from "./inbox/routes.ts";
import type { Store } from "./inbox/store.ts";
import type { Accept } from "./ses/accept.ts";
import type { Account } from "./ses/account.ts";
import { queryRoutes } from "./ses/query/routes.ts";
import { sesRoutes, unknownOperation } from "./ses/routes.ts";
import type { Topic } from "./sns/message.ts";
import { snsRoutes } from "./sns/routes.ts";
import type { Queue } from "./sqs/queue.ts";
import { sqsRoutes } from "./sqs/routes.ts";

export interface AppDeps {
  store: Store;
  account: Account;
  accept: Accept;
  topic: Topic;
  /** They belong to the topic's account. */
  queues: Queue[];
  publisher: Publisher;
  info: Info;
  log: (line: string) => void;
}

/** The HTTP side: SES's API, SNS, SQS, the inbox as JSON, and its page. It does not listen yet. */
export function createApp(deps: AppDeps): Express {
  const { store, account, accept, topic, queues, publisher, info, log } = deps;
  const [, , , region = "", owner = ""] = topic.arn.split(":");
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use(onlyThisMachine, securityHeaders);
  app.get("/healthz", (_req, res) => {
    res.json({ ok: true });
  });
  app.use("/v2/email", sesRoutes({ accept, account, verified: info.verified, log }));
  app.use(queryRoutes({ accept, account, log }));
  app.use(sqsRoutes(queues, owner, region));
  app.use("/sns", snsRoutes(topic, publisher.webhook));
  app.use("/control", onlyThisPage, controlRoutes(account));
  app.use(onlyThisPage, eventRoutes(publisher, store, `${owner}/${queues[0]?.name}`));
  app.use("/inbox", onlyThisPage, inboxRoutes(store, publisher.history, info));
  app.use("/inbox", () => {
    throw new Refusal(404, "No such route of the inbox.");
  });
  app.use(express.static(path.join(import.meta.dirname, "page"), { cacheControl: false }));
  app.use(unknownOperation(log));
  app.use(failed(log));
  return app;
}

// A page on the internet can point its own name at 127.0.0.1 (DNS rebinding). Then the header Host
// has that name.
const onlyThisMachine: RequestHandler = (req, _res, next) => {
  if (!/^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(req.headers.host ?? "")) {
    throw new Refusal(403, "ses-local answers to localhost, 127.0.0.1 and [::1] only.");
  }
  next();
};

// Without CORS headers other pages cannot read an answer. This check keeps them from changing
// anything. Programs send neither of the two headers. Another port of localhost is another site.
const onlyThisPage: RequestHandler = (req, _res, next) => {
  const site = req.get("sec-fetch-site");
  const origin = req.get("origin");
  const own =
    (!site || site === "same-origin" || site === "none") &&
    (!origin || origin === `http://${req.headers.host}`);
  if (!own && req.method !== "GET" && req.method !== "HEAD") {
    throw new Refusal(403, "Only the inbox's own page may change it from a browser.");
  }
  next();
};

const securityHeaders: RequestHandler = (_req, res, next) => {
  res.set({
    "content-security-policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      "frame-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  next();
};

function failed(log: (line: string) => void): ErrorRequestHandler {
  return (error, req, res, _next) => {
    const status = typeof error?.status === "number" ? error.status : 500;
    if (status >= 500) log(`${req.method} ${req.originalUrl} failed: ${error?.stack}`);
    if (res.headersSent) return void res.destroy();
    const known = status >= 500 ? "ses-local failed; see its log." : "Malformed request.";
    res.status(status).json({ message: error instanceof Refusal ? error.message : known });
  };
}
