import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** An endpoint that is subscribed to a topic, like an app's webhook. */
export interface Subscriber {
  url: string;
  /** The address of ses-local, for confirmations. Undefined: it does not confirm. */
  sns: string | undefined;
  /** The status codes for the next notifications. After these it answers 200. */
  answers: number[];
  /** The posted messages, oldest first. */
  received: { headers: Record<string, unknown>; message: Record<string, string> }[];
  stop(): Promise<void>;
}

export async function startSubscriber(): Promise<Subscriber> {
  const server = createServer((req, res) => {
    void text(req).then(async (body) => {
      const message = JSON.parse(body) as Record<string, string>;
      subscriber.received.push({ headers: req.headers, message });
      if (message["Type"] === "SubscriptionConfirmation") {
        const { pathname, search } = new URL(message["SubscribeURL"] ?? "");
        if (subscriber.sns) await fetch(`${subscriber.sns}/sns${pathname}${search}`);
        res.end();
      } else res.writeHead(subscriber.answers.shift() ?? 200).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const subscriber: Subscriber = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/ses`,
    sns: undefined,
    answers: [],
    received: [],
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return subscriber;
}
