// apps/worker in small: the same parts, told by the campaign what a test must not wait for.
import { createDb } from "@repo/db";
import { type DelivererConfig, createDeliverer, createSesTransport } from "@repo/email/deliver";
import { serve } from "../shared/program.ts";
import { FROM, KEY } from "../bench/messages.ts";

export interface WorkerOptions extends Pick<DelivererConfig, "lease" | "unknownWait" | "rate"> {
  configurationSet?: string;
}

const errors: { message: string; stoppedBy?: string; next?: string }[] = [];

const handlers = {
  deliver({ url, configurationSet, ...options }: WorkerOptions & { url: string }) {
    createDeliverer({
      db: createDb(url, { keepStatements: true }),
      transport: createSesTransport({ from: FROM, configurationSet, loopbackOnly: true }),
      key: KEY,
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
  /** What the log has said at level error. */
  errors: () => errors,
};
export type Worker = typeof handlers;
serve(handlers);
