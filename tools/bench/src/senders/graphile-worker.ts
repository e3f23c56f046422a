// A typical pipeline on graphile-worker, by its documentation on performance:
// https://worker.graphile.org/docs/performance
import { makeWorkerUtils, run } from "graphile-worker";
import { now } from "@repo/measure/clock";
import { serve } from "@repo/measure/program";
import { type ContentKind, createContent } from "@repo/measure/content";
import { type Job, createSesCall, newJob, warmUp } from "./ses-call.ts";

/** The settings that the sweep varies. */
export interface GraphileOptions {
  concurrentJobs: number;
  /** Jobs fetched at once. -1: one at a time. */
  localQueue: number;
  /** Milliseconds to gather completions. -1: each separately. */
  completeJobBatchDelay: number;
}

const TASK = "send-email";
let send: (job: Job) => Promise<void>;
let onStart: ((at: number) => void) | undefined;

const handlers = {
  async prepare(input: { content: ContentKind }) {
    send = createSesCall(createContent(input.content));
    await warmUp(send);
  },
  async run(input: { url: string; options: GraphileOptions }) {
    const { concurrentJobs, localQueue, completeJobBatchDelay } = input.options;
    await run({
      preset: {
        worker: {
          connectionString: input.url,
          concurrentJobs,
          maxPoolSize: Math.max(10, concurrentJobs + 2),
          ...(localQueue > 0 && { localQueue: { size: localQueue } }),
          completeJobBatchDelay,
          failJobBatchDelay: completeJobBatchDelay,
        },
      },
      noHandleSignals: true,
      taskList: {
        [TASK]: async (payload) => {
          onStart?.(now());
          await send(payload as Job);
        },
      },
    });
  },
  /** Resolves with the time at which the next task starts. */
  next: () =>
    new Promise<number>((resolve) => {
      onStart = (at) => ((onStart = undefined), resolve(at));
    }),
  /** Its answer shows that all earlier calls have been received. */
  listening: () => true,
  async fill({ url, count }: { url: string; count: number }) {
    const utils = await makeWorkerUtils({ connectionString: url });
    await utils.migrate();
    const jobs = Array.from({ length: count }, (_, i) => ({
      identifier: TASK,
      payload: newJob(i),
    }));
    for (let i = 0; i < count; i += 1000) await utils.addJobs(jobs.slice(i, i + 1000));
    await utils.release();
  },
};
export type Graphile = typeof handlers;
serve(handlers);
