// apps/worker in small: the same parts, told by the campaign what a test must not wait for.
import { createDb } from "@repo/db";
import { type DelivererConfig, createDeliverer, createSesTransport } from "@repo/email/deliver";
import { serve } from "../shared/program.ts";
import { FROM, KEY } from "../bench/messages.ts";
import { createContent } from "../bench/senders/content.ts";
import { until } from "./until.ts";

export interface WorkerOptions extends Pick<DelivererConfig, "lease" | "unknownWait" | "rate"> {
  configurationSet?: string;
}

const render = createContent("rendered");
let onWire = 0;
const errors: { message: string; stoppedBy?: string; next?: string }[] = [];

const handlers = {
  deliver({ url, configurationSet, ...options }: WorkerOptions & { url: string }) {
    const ses = createSesTransport({ from: FROM, configurationSet, loopbackOnly: true });
    createDeliverer({
      db: createDb(url, { keepStatements: true }),
      transport: {
        ...ses,
        send: (message) => {
          onWire++;
          return ses.send(message).finally(() => onWire--);
        },
      },
      key: KEY,
      render,
      log: {
        info: () => {},
        warn: () => {},
        error: (fields, message) => errors.push({ ...fields, message }),
      },
      listenUrl: url,
      ...options,
    })
      .run(new AbortController().signal)
      .catch((error: unknown) => {
        console.error(error);
        process.exit(1);
      });
  },
  /** Answered while at least one call is on the wire. */
  async sending() {
    await until("a call", async () => onWire > 0);
  },
  /** What the log has said at level error. */
  errors: () => errors,
};
export type Worker = typeof handlers;
serve(handlers);
