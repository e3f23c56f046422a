import { once } from "node:events";
import { type Request, type Response, Router } from "express";
import type { SesLocalEvent } from "../events/event.ts";
import type { InboxMessage } from "./inbox-message.ts";
import { parse } from "./message.ts";
import { hasDarkStyles, preview, previewPolicy } from "./preview.ts";
import type { Kept, Message, Query, Store } from "./store.ts";

/** The longest time that a request may wait for a message, in seconds. */
const MAX_WAIT = 120;

export interface Info {
  smtpPort: number;
  verified: string[];
  queueUrl: string;
  pictures: { of: string; from: string } | undefined;
}

/** Finds the events of a message. */
interface EventsOf {
  /** Oldest first. @param messageId SES's id */
  of(messageId: string): SesLocalEvent[];
}

/** The inbox as JSON, for tests and for the page. Mounted at `/inbox`. */
export function inboxRoutes(store: Store, events: EventsOf, info: () => Info): Router {
  const router = Router();
  const withEvents = <M extends Message>(message: M) => ({
    ...message,
    events: events.of(message.messageId),
  });

  router.get("/messages", async (req, res) => {
    const query = readQuery(req, res);
    if (!query) return;
    let found = store.find(query);
    if (found.length === 0 && query.wait > 0) found = await waitFor(store, query, res);
    res.json((await readAll(found)).map((message) => forTests(withEvents(message))));
  });

  router.get("/messages/:id", async (req, res) => {
    const message = await read(req, res);
    if (message) res.json(forPage(withEvents(message)));
  });

  router.get("/messages/:id/source", async (req, res) => {
    const message = await read(req, res);
    if (!message) return;
    if (req.query["download"] !== undefined)
      res.attachment(`${fileName(message)}.eml`).type("message/rfc822");
    else res.type("text/plain");
    res.send(store.source(message.id));
  });

  router.get("/messages/:id/html", async (req, res) => {
    const message = await read(req, res);
    if (!message) return;
    const options = {
      scheme: req.query["scheme"] === "dark" ? ("dark" as const) : ("light" as const),
      images: req.query["images"] !== "off",
      pictures: info().pictures,
    };
    const html = await preview(message, async () => store.source(message.id), options);
    res.set("content-security-policy", previewPolicy(options)).type("html").send(html);
  });

  router.get("/messages/:id/checks", async (req, res) => {
    const message = await read(req, res);
    if (!message) return;
    // Imported when needed, because it takes a sixth of the start: caniemail's table is large.
    const { lint } = await import("@repo/email-lint");
    res.json(lint(forTests(withEvents(message))));
  });

  router.get("/messages/:id/attachments/:index", async (req, res) => {
    const message = find(req, res);
    if (!message) return;
    const { attachments } = await parse(store.source(message.id));
    const attachment = attachments[Number(req.params["index"])];
    if (!attachment) {
      res.status(404).json({ message: "No attachment of that number." });
      return;
    }
    // Always a download, because a stranger's file must not be shown on the origin of this page.
    res
      .attachment(attachment.filename ?? "unnamed")
      .type("application/octet-stream")
      .send(attachment.content);
  });

  router.put("/messages/:id/read", setRead(true));
  router.delete("/messages/:id/read", setRead(false));

  router.delete("/messages/:id", (req, res) => {
    const message = find(req, res);
    if (!message) return;
    store.remove([message.id]);
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
    res.json(info());
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
    send("list", async () => (await readAll(kept)).map((message) => summary(withEvents(message))));
    req.on("close", () => {
      store.off("added", added).off("changed", changed).off("removed", removed);
    });
  });

  // One at a time, because all sources together may not fit into memory.
  async function readAll(kept: Kept[]): Promise<Message[]> {
    const messages: Message[] = [];
    for (const { id } of kept) {
      const message = await store.read(id);
      if (message) messages.push(message);
    }
    return messages;
  }

  async function read(req: Request, res: Response): Promise<Message | undefined> {
    const message = await store.read(String(req.params["id"]));
    if (!message) notFound(res);
    return message;
  }

  function find(req: Request, res: Response): Kept | undefined {
    const message = store.get(String(req.params["id"]));
    if (!message) notFound(res);
    return message;
  }

  function setRead(isRead: boolean) {
    return (req: Request, res: Response) => {
      const message = find(req, res);
      if (!message) return;
      store.mark([message.id], isRead);
      res.status(204).end();
    };
  }

  return router;
}

function notFound(res: Response): void {
  res.status(404).json({ message: "There is no message with this id. It may have been deleted." });
}

function readQuery(req: Request, res: Response): (Query & { wait: number }) | undefined {
  const one = (name: string) => {
    const value = req.query[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const after = one("after");
  const wait = Number(one("wait") ?? 0);
  if (!(wait >= 0 && wait <= MAX_WAIT)) {
    res.status(400).json({ message: `wait must be seconds from 0 to ${MAX_WAIT}.` });
    return undefined;
  }
  if (after && !/^[0-9a-z]{13}$/.test(after) && Number.isNaN(Date.parse(after))) {
    res.status(400).json({ message: "after must be the id of a message or an ISO 8601 time." });
    return undefined;
  }
  return { to: one("to"), template: one("template"), after, wait };
}

/** Resolves with the first messages that match, or with none when the time is over. */
async function waitFor(
  store: Store,
  query: Query & { wait: number },
  res: Response,
): Promise<Kept[]> {
  const gone = new AbortController();
  res.on("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(query.wait * 1000)]);
  for (;;) {
    try {
      await once(store, "added", { signal });
    } catch {
      return [];
    }
    const found = store.find(query);
    if (found.length > 0) return found;
  }
}

type Told = Message & { events: SesLocalEvent[] };

function forTests({ headerFields, links, codes, ...message }: Told): InboxMessage {
  const values = Map.groupBy(headerFields, ({ name }) => name.toLowerCase());
  const headers = Object.fromEntries(
    [...values].map(([name, fields]) => [name, fields.map(({ value }) => value).join(", ")]),
  );
  return { ...message, headers, links: links.map(({ url }) => url), codes };
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
function summary({
  id,
  from,
  to,
  cc,
  bcc,
  subject,
  text,
  tags,
  at,
  read,
  codes,
  attachments,
  events,
}: Told) {
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
    attachments: attachments.filter(({ inline }) => !inline).length,
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
