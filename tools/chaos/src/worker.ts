// A small apps/worker: the same parts, with the campaign's times.
import { createDb } from "@repo/db";
import { type DelivererConfig, createDeliverer, createSesTransport } from "@repo/email/deliver";
import { keysOf } from "@repo/email/keys";
import { type Categories, createPreferenceLinks } from "@repo/email/preferences";
import { createSmtpTransport } from "@repo/email/smtp";
import { serve } from "@repo/measure/program";
import { FROM, KEYS } from "@repo/measure/messages";
import { createContent } from "@repo/measure/content";
import { until } from "./until.ts";

export interface WorkerOptions extends Pick<
  DelivererConfig,
  "lease" | "doubtSeconds" | "rate" | "evidence"
> {
  configurationSet?: string;
  securityConfigurationSet?: string;
  /** The id of a message that kills the worker when it is sent. */
  poison?: string;
  /** Port of an SMTP server on this machine. Email goes there instead of to ses-local. */
  smtpPort?: number;
  /** Email that people can turn off, and UNSUBSCRIBE_KEY. */
  optional?: { categories: Categories; key: string; appUrl: string };
}

const render = createContent("rendered");
let onWire = 0;
const errors: { message: string; stoppedBy?: string; next?: string }[] = [];

const handlers = {
  deliver({
    url,
    configurationSet,
    securityConfigurationSet,
    smtpPort,
    poison,
    optional,
    ...options
  }: WorkerOptions & { url: string }) {
    const sender = { from: FROM, configurationSet, securityConfigurationSet, loopbackOnly: true };
    const transport = smtpPort
      ? createSmtpTransport({ ...sender, host: "127.0.0.1", port: smtpPort })
      : createSesTransport(sender);
    createDeliverer({
      db: createDb(url, { keepStatements: true }),
      transport: {
        ...transport,
        send: (message, mayLeave) => {
          if (message.id === poison) process.kill(process.pid, "SIGKILL");
          onWire++;
          return transport.send(message, mayLeave).finally(() => onWire--);
        },
      },
      keys: KEYS,
      render,
      log: {
        info: () => {},
        warn: () => {},
        error: (fields, message) => errors.push({ ...fields, message }),
      },
      listenUrl: url,
      optional: optional && {
        categories: optional.categories,
        links: createPreferenceLinks({ keys: keysOf(optional.key), appUrl: optional.appUrl }),
      },
      ...options,
    })
      .run(new AbortController().signal)
      .catch((error: unknown) => {
        console.error(error);
        process.exit(1);
      });
  },
  /** Resolves while at least one call is open. */
  async sending() {
    await until("a call", async () => onWire > 0);
  },
  /** Never resolves. Rejects when the worker ends. */
  ends: () => new Promise<never>(() => {}),
  /** The log's errors. */
  errors: () => errors,
};
export type Worker = typeof handlers;
serve(handlers);
