import { type Request, Router } from "express";
import type { SesLocalEvent } from "../events/event.ts";
import type { History } from "../events/history.ts";
import { Refusal, awaitFirst, existing } from "../http.ts";
import type { InboxMessage } from "./inbox-message.ts";
import { parse } from "./message.ts";
import { hasDarkStyles, preview, previewPolicy } from "./preview.ts";
import { type Kept, type Message, type Query, type Store, isId } from "./store.ts";

export interface Info {
  smtpPort: number;
  verified: string[];
  pictures: { of: string; from: string } | undefined;
}

/** The inbox as JSON, for tests and for the page. Mounted at `/inbox`. */
export function inboxRoutes(store: Store, history: History, info: Info): Router {
  const router = Router();
  const find = (id: string) => existing(store.get(id), "message");
  const read = async (id: string) => withEvents(existing(await store.read(id), "message"));
  const withEvents = (message: Message) => ({ ...message, events: history.of(message.messageId) });

  router.get("/messages", async (req, res) => {
    const query = readQuery(req);
    const found = await awaitFirst(req, res, {
      source: store,
      on: "added",
      find: () => store.find(query),
    });
    res.json((await readAll(found)).map(forTests));
  });

  router.get("/messages/:id", async (req, res) => {
    res.json(forPage(await read(req.params.id)));
  });

  router.get("/messages/:id/source", async (req, res) => {
    const message = await read(req.params.id);
    if (req.query["download"] !== undefined)
      res.attachment(`${fileName(message)}.eml`).type("message/rfc822");
    else res.type("text/plain");
    res.send(store.source(message.id));
  });

  router.get("/messages/:id/html", async (req, res) => {
    const message = await read(req.params.id);
    const options = {
      scheme: req.query["scheme"] === "dark" ? ("dark" as const) : ("light" as const),
      images: req.query["images"] !== "off",
      pictures: info.pictures,
    };
    const html = await preview(message, async () => store.source(message.id), options);
    res.set("content-security-policy", previewPolicy(options)).type("html").send(html);
  });

  router.get("/messages/:id/checks", async (req, res) => {
    const message = await read(req.params.id);
    // Imported when needed, because it takes a sixth of the start: caniemail's table is large.
    const { lint } = await import("@repo/email-lint");
    res.json(lint(forTests(message)));
  });

  router.get("/messages/:id/attachments/:index", async (req, res) => {
    const { attachments } = await parse(store.source(find(req.params.id).id));
    const attachment = existing(attachments[Number(req.params.index)], "attachment");
    // Always a download, because a stranger's file must not be shown on the origin of this page.
    res
      .attachment(attachment.filename ?? "unnamed")
      .type("application/octet-stream")
      .send(attachment.content);
  });

  router.put("/messages/:id/read", (req, res) => {
    store.mark([find(req.params.id).id], true);
    res.status(204).end();
  });

  router.delete("/messages/:id/read", (req, res) => {
    store.mark([find(req.params.id).id], false);
    res.status(204).end();
  });

  router.delete("/messages/:id", (req, res) => {
    store.remove([find(req.params.id).id]);
    res.status(204).end();
  });

  router.delete("/messages", (_req, res) => {
    store.clear();
    res.status(204).end();
  });

  router.put("/read", (_req, res) => {
    store.mark(
      store.find().map(({ id }) => id),
      true,
    );
    res.status(204).end();
  });

  router.get("/tally", (_req, res) => {
    res.json(Object.fromEntries(store.tally));
  });

  router.get("/info", (_req, res) => {
    res.json(info);
  });

  router.get("/events", (req, res) => {
    res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    // One after the other, because reading a message takes a moment.
    let last = Promise.resolve();
    const send = (event: string, data: () => unknown) => {
      last = last
        .then(async () => {
          const value = await data();
          if (value) res.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
        })
        // The page connects again by itself, and gets the whole list.
        .catch(() => void res.destroy());
    };
    const line = async ({ id }: Kept) => {
      const message = await store.read(id);
      return message && summary(withEvents(message));
    };
    const added = (message: Kept) => send("added", () => line(message));
    const changed = (message: Kept) => send("changed", () => line(message));
    const removed = (ids: string[]) => send("removed", () => ids);
    store.on("added", added).on("changed", changed).on("removed", removed);
    // The list comes first in the same stream, so that no message is lost in between.
    const kept = store.find();
    send("list", async () => (await readAll(kept)).map(summary));
    req.on("close", () => {
      store.off("added", added).off("changed", changed).off("removed", removed);
    });
  });

  // One at a time, because all sources together may not fit into memory.
  async function readAll(kept: Kept[]): Promise<Told[]> {
    const messages: Told[] = [];
    for (const { id } of kept) {
      const message = await store.read(id);
      if (message) messages.push(withEvents(message));
    }
    return messages;
  }

  return router;
}

/** @throws Refusal 400 if `after` is neither an id nor a time */
function readQuery({ query }: Request): Query {
  const one = (name: string) => {
    const value = query[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const after = one("after");
  if (after && !isId(after) && Number.isNaN(Date.parse(after))) {
    throw new Refusal(400, "after must be the id of a message or an ISO 8601 time.");
  }
  return { to: one("to"), template: one("template"), after };
}

type Told = Message & { events: SesLocalEvent[] };

function forTests({ headerFields, links, ...message }: Told): InboxMessage {
  const values = Map.groupBy(headerFields, ({ name }) => name.toLowerCase());
  const headers = Object.fromEntries(
    [...values].map(([name, fields]) => [name, fields.map(({ value }) => value).join(", ")]),
  );
  return { ...message, headers, links: links.map(({ url }) => url) };
}

function forPage(message: Told) {
  return {
    ...forTests(message),
    headerFields: message.headerFields,
    links: message.links,
    darkStyles: hasDarkStyles(message.html),
  };
}

/** A line of the page's list. */
function summary(message: Told) {
  const { id, from, to, cc, bcc, subject, tags, at, read, codes, events, text } = message;
  return {
    id,
    from,
    to,
    cc,
    bcc,
    subject,
    tags,
    at,
    read,
    code: codes[0] ?? null,
    attachments: message.attachments.filter(({ inline }) => !inline).length,
    events: events.map(({ type, summary: told }) => ({ type, summary: told })),
    excerpt: text.replace(/\s+/g, " ").trim().slice(0, 140),
  };
}

function fileName({ subject, id }: Message): string {
  const safe = subject
    .replace(/[^\p{L}\p{N} ._-]+/gu, "")
    .trim()
    .slice(0, 60);
  return safe || id;
}
