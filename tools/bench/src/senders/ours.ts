// A small apps/worker: the same parts, controlled by the benchmark.
import { createDb } from "@repo/db";
import { type Transport, createDeliverer, createSesTransport } from "@repo/email/deliver";
import { createEnqueueMany } from "@repo/email/enqueue";
import { serve } from "@repo/measure/program";
import { FROM, KEYS, newMessages, templates } from "@repo/measure/messages";
import { profiled } from "../profile.ts";
import { timed } from "./claim-times.ts";
import { type ContentKind, createContent } from "@repo/measure/content";
import { warmUp } from "./ses-call.ts";

interface Options {
  url: string;
  content: ContentKind;
  /** Emails a second. Default: the rate of GetAccount. */
  rate?: number;
  /** Makes no call: the transport accepts at once. */
  withoutCalls?: boolean;
  /** Makes calls before the measurement. Default: true with calls. */
  warm?: boolean;
  /** Concurrent calls. Default: the product's. */
  concurrency?: number | undefined;
}

const stop = new AbortController();
let start: () => Promise<void>;
let running: Promise<unknown>;
let claims: number[] = [];

const handlers = {
  async prepare(options: Options) {
    const { url, content, rate, concurrency, withoutCalls = false } = options;
    const { warm = !withoutCalls } = options;
    const db = createDb(url, { keepStatements: true });
    const transport = withoutCalls
      ? acceptAll
      : createSesTransport({ from: FROM, loopbackOnly: true, concurrency });
    const ready = createContent(content);
    // Before the warm-up: V8 drops compiled code when Prisma's WebAssembly first grows.
    await db.sendingStatus.findFirst();
    if (warm) {
      await warmUp(async ({ id, template, to }) =>
        transport.send({ id, template, category: "account", to, ...ready(template) }),
      );
    }
    const deliverer = createDeliverer({
      db: withoutCalls ? timed(db, claims) : db,
      transport,
      keys: KEYS,
      log: { info: () => {}, warn: () => {}, error: console.error },
      listenUrl: url,
      rate,
      render: ready,
    });
    start = () => deliverer.run(stop.signal);
  },
  /** Delivers until `finish`. */
  run(input: { profile?: boolean } = {}) {
    running = input.profile ? profiled(start) : start();
    running.catch(console.error);
  },
  /** @returns the profile, if one was asked for */
  async finish() {
    stop.abort();
    return await running;
  },
  /** The times of the claims since the last call, in ms. */
  claims() {
    return claims.splice(0);
  },
  /** Queues emails, of each template in turn or of only one. */
  async fill({ url, count, template }: { url: string; count: number; template?: string }) {
    const db = createDb(url);
    const enqueueMany = createEnqueueMany({ keys: KEYS, templates });
    await db.$transaction((tx) => enqueueMany(tx, newMessages(count, template)), {
      timeout: 60_000,
    });
    await db.$disconnect();
  },
};
export type Ours = typeof handlers;
serve(handlers);

const acceptAll: Transport = {
  concurrency: 50,
  send: ({ id }) => Promise.resolve({ result: "accepted", sesMessageId: id }),
  quota: () => Promise.resolve(undefined),
  close: () => {},
};
