// The other side of `deliver`: one process that makes the calls as fast as it can.
import { serve } from "@repo/measure/program";
import { createContent } from "@repo/measure/content";
import { type Job, createSesCall, newJob, warmUp } from "./ses-call.ts";

let send: (job: Job) => Promise<void>;
let jobs: Job[];

const handlers = {
  async prepare(input: { count: number }) {
    send = createSesCall(createContent("ready"));
    await warmUp(send);
    jobs = Array.from({ length: input.count }, (_, i) => newJob(i));
  },
  /** @param input.together waits for each fifty calls; otherwise starts a call whenever one ends */
  async run(input: { concurrency: number; together: boolean }) {
    const { concurrency, together } = input;
    if (together) {
      for (let i = 0; i < jobs.length; i += concurrency) {
        await Promise.all(jobs.slice(i, i + concurrency).map(send));
      }
      return;
    }
    const next = jobs.values();
    const worker = async () => {
      for (const job of next) await send(job);
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
  },
};
export type Loop = typeof handlers;
serve(handlers);
