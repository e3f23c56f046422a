// A typical pipeline on pg-boss, by its documentation: https://timgit.github.io/pg-boss/api/workers
import { PgBoss } from "pg-boss";
import { serve } from "@repo/measure/program";
import { type ContentKind, createContent } from "@repo/measure/content";
import { type Job, createSesCall, newJob, warmUp } from "./ses-call.ts";

/** The settings that the sweep varies. */
export interface PgBossOptions {
  /** Jobs that one handler gets, and sends at once. */
  batchSize: number;
  /** Handlers at once. */
  localConcurrency: number;
}

const QUEUE = "send-email";
let send: (job: Job) => Promise<void>;

async function open(url: string): Promise<PgBoss> {
  const opened = new PgBoss({ connectionString: url, schedule: false });
  opened.on("error", console.error);
  await opened.start();
  return opened;
}

const handlers = {
  async prepare(input: { content: ContentKind }) {
    send = createSesCall(createContent(input.content));
    await warmUp(send);
  },
  async run(input: { url: string; options: PgBossOptions }) {
    const boss = await open(input.url);
    await boss.work<Job>(
      QUEUE,
      // Without `burstWhenBatchFull` it sleeps between two batches.
      { ...input.options, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true },
      async (jobs) => {
        await Promise.all(jobs.map(({ data }) => send(data)));
      },
    );
  },
  async fill({ url, count }: { url: string; count: number }) {
    const filling = await open(url);
    await filling.createQueue(QUEUE);
    const jobs = Array.from({ length: count }, (_, i) => ({ data: newJob(i) }));
    for (let i = 0; i < count; i += 1000) await filling.insert(QUEUE, jobs.slice(i, i + 1000));
    await filling.stop({ graceful: false });
  },
};
export type Boss = typeof handlers;
serve(handlers);
