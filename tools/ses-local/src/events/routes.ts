import { once } from "node:events";
import express, { type Response, Router } from "express";
import type { Store } from "../inbox/store.ts";
import { KINDS, type Kind } from "./payload.ts";
import type { Publisher } from "./publisher.ts";

/** The longest time that a request may wait for an event, in seconds. */
const MAX_WAIT = 120;

/** Events and subscriptions as JSON, for the page and the commands. */
export function eventRoutes(publisher: Publisher, store: Store, queueUrl: () => string): Router {
  const router = Router();
  const json = express.json({ type: () => true });

  router.get("/events", async (req, res) => {
    const after = typeof req.query["after"] === "string" ? req.query["after"] : "";
    const wait = Number(req.query["wait"] ?? 0);
    if (!(wait >= 0 && wait <= MAX_WAIT)) {
      res.status(400).json({ message: `wait must be seconds from 0 to ${MAX_WAIT}.` });
      return;
    }
    const gone = new AbortController();
    res.on("close", () => gone.abort());
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(wait * 1000)]);
    let found = publisher.history.list(after);
    while (found.length === 0 && !signal.aborted) {
      await once(publisher, "changed", { signal }).catch(() => undefined);
      found = publisher.history.list(after);
    }
    res.json(found);
  });

  router.post("/events", json, (req, res) => {
    const kind = readKind(req.body, res);
    const to: unknown = req.body?.to;
    if (!kind) return;
    if (typeof to !== "string" || !to.includes("@")) {
      res.status(400).json({ message: "to must be an address." });
      return;
    }
    const [message] = store.find({ to });
    const event = message
      ? publisher.trigger(kind, message, to)
      : publisher.triggerUnknown(kind, to);
    answer(res, event);
  });

  router.post("/events/:id/replay", (req, res) => {
    const event = publisher.history.get(req.params.id);
    if (!event) {
      res.status(404).json({
        message: "There is no event with this id. It may have been deleted because of its age.",
      });
      return;
    }
    publisher.replay(event);
    res.status(202).end();
  });

  router.post("/inbox/messages/:id/events", json, (req, res) => {
    const kind = readKind(req.body, res);
    if (!kind) return;
    const message = store.get(req.params.id);
    if (!message) {
      res
        .status(404)
        .json({ message: "There is no message with this id. It may have been deleted." });
      return;
    }
    answer(res, publisher.trigger(kind, message));
  });

  router.get("/subscriptions", (_req, res) => {
    const { webhook } = publisher;
    res.json([
      ...(webhook
        ? [
            {
              protocol: new URL(webhook.endpoint).protocol.slice(0, -1),
              endpoint: webhook.endpoint,
              state: webhook.state,
              lastStatus: webhook.lastStatus,
            },
          ]
        : []),
      { protocol: "sqs", endpoint: queueUrl(), state: "confirmed", lastStatus: null },
    ]);
  });

  return router;
}

function readKind(body: unknown, res: Response): Kind | undefined {
  const type = (body as { type?: unknown } | undefined)?.type;
  const kind = KINDS.find((known) => known === type);
  if (!kind) res.status(400).json({ message: `type must be one of ${KINDS.join(", ")}.` });
  return kind;
}

function answer(res: Response, event: object | undefined): void {
  if (event) {
    res.status(201).json(event);
    return;
  }
  res.status(409).json({
    message:
      "SES publishes no such event about this email. It has no configuration set, or one without opens and clicks.",
  });
}
