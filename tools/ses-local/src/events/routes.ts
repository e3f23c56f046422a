import express, { Router } from "express";
import { z } from "zod";
import { Refusal, awaitFirst, existing } from "../http.ts";
import type { Store } from "../inbox/store.ts";
import type { SesLocalEvent, Subscription } from "./event.ts";
import { KINDS } from "./payload.ts";
import type { Publisher } from "./publisher.ts";

const About = z.object({ type: z.enum(KINDS, `type must be one of ${KINDS.join(", ")}.`) });
const AboutAddress = About.extend({
  to: z.string("to must be an address.").includes("@", "to must be an address."),
});

/** Events and subscriptions as JSON, for the page and the commands. @param queue its path */
export function eventRoutes(publisher: Publisher, store: Store, queue: string): Router {
  const router = Router();
  const json = express.json({ type: () => true });

  router.get("/events", async (req, res) => {
    const { after } = req.query;
    const find = () => publisher.history.list(typeof after === "string" ? after : "");
    res.json(await awaitFirst(req, res, { source: publisher, on: "changed", find }));
  });

  router.post("/events", json, (req, res) => {
    const { type, to } = read(AboutAddress, req.body);
    const [message] = store.find({ to });
    const event = message
      ? publisher.trigger(type, message, to)
      : publisher.triggerUnknown(type, to);
    res.status(201).json(published(event));
  });

  router.post("/events/:id/replay", (req, res) => {
    publisher.replay(existing(publisher.history.get(req.params.id), "event"));
    res.status(202).end();
  });

  router.post("/inbox/messages/:id/events", json, (req, res) => {
    const { type } = read(About, req.body);
    const message = existing(store.get(req.params.id), "message");
    res.status(201).json(published(publisher.trigger(type, message)));
  });

  router.get("/subscriptions", (req, res) => {
    const { webhook } = publisher;
    const endpoint = `http://${req.headers.host}/${queue}`;
    const subscriptions: Subscription[] = [
      { protocol: "sqs", endpoint, state: "confirmed", lastStatus: null },
    ];
    if (webhook) {
      const { state, lastStatus } = webhook;
      const protocol = new URL(webhook.endpoint).protocol.slice(0, -1);
      subscriptions.unshift({ protocol, endpoint: webhook.endpoint, state, lastStatus });
    }
    res.json(subscriptions);
  });

  return router;
}

/** @throws Refusal 400 */
function read<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const { data, error } = schema.safeParse(body ?? {});
  if (error) throw new Refusal(400, error.issues.map(({ message }) => message).join(" "));
  return data;
}

/** @throws Refusal 409 if there is no event */
function published(event: SesLocalEvent | undefined): SesLocalEvent {
  if (event) return event;
  throw new Refusal(
    409,
    "SES publishes no such event about this email. It has no configuration set, or one without opens and clicks.",
  );
}
