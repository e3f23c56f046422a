import { createServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import path from "node:path";
import { createApp } from "./app.ts";
import { type Env, EnvError } from "./env.ts";
import { History } from "./events/history.ts";
import { Publisher } from "./events/publisher.ts";
import { Store } from "./inbox/store.ts";
import { createAccept } from "./ses/accept.ts";
import { Account } from "./ses/account.ts";
import { createSmtpServer } from "./smtp.ts";
import { createTopic } from "./sns/message.ts";
import { Webhook } from "./sns/webhook.ts";
import { Queue } from "./sqs/queue.ts";

const EVENTS_KEPT = 2_000;

/** A ses-local that runs in this process. */
export interface Running {
  port: number;
  smtpPort: number;
  /** Subscribes the webhook, if there is one. Resolves once it has confirmed. */
  subscribe: () => Promise<void>;
  /** Ends its servers, and breaks their connections off. */
  stop: () => void;
}

/**
 * Starts ses-local in this process. Every answer waits until its data is written, so the process
 * may end at any moment.
 *
 * @throws EnvError if a port is taken
 */
export async function start(env: Env, log: (line: string) => void): Promise<Running> {
  const store = new Store(env.data, env.keep);
  const account = new Account();
  const accept = createAccept(store, account, env.verified);

  const smtp = createSmtpServer({ accept, account, startTls: env.smtpStartTls, log });
  smtp.on("error", (error) => log(`SMTP: ${error.message}`));
  const smtpPort = await listen(smtp.server, env.smtpPort, "SES_LOCAL_SMTP_PORT");

  const topic = createTopic(env.topicArn);
  const [, , , , , name = ""] = env.topicArn.split(":");
  const deadLetters = new Queue(`${name}-dead-letters`);
  const queue = new Queue(name, deadLetters);
  const webhook = env.webhook ? new Webhook(env.webhook, topic, account) : undefined;
  const history = new History(path.join(env.data, "events.journal"), EVENTS_KEPT, (messageId) =>
    store.hasSesId(messageId),
  );
  const publisher = new Publisher({ store, account, topic, queue, webhook, history });

  const queues = [queue, deadLetters];
  const { verified, pictures } = env;
  const info = { smtpPort, verified, pictures };
  const app = createApp({ store, account, accept, topic, queues, publisher, info, log });
  const http = createServer(app);
  // Longer than clients keep idle connections, so that we never close one that a client reuses.
  http.keepAliveTimeout = 120_000;
  const port = await listen(http, env.port, "SES_LOCAL_PORT");

  return {
    port,
    smtpPort,
    subscribe: async () => webhook?.subscribe(),
    stop: () => {
      http.close();
      http.closeAllConnections();
      smtp.close();
    },
  };
}

async function listen(server: Server, port: number, variable: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(
        taken
          ? new EnvError(
              `Port ${port} is taken. Stop the program that uses it, or set ${variable} to another.`,
            )
          : error,
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}
