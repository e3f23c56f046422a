import { type DurablePostgres, startDurablePostgres } from "@repo/measure/durable-postgres";
import { type Handlers, type Program, startProgram } from "@repo/measure/program";
import type { Delay, Endpoint } from "./endpoint/main.ts";

/** The size of the benchmarks. */
export interface Size {
  runs: number;
  /** Emails for each side in each run of `deliver`, `deliver-rendered` and `peers`. */
  emails: number;
  /** Emails that each side of these sends before its clock starts. */
  warmUp: number;
  /** Emails of each side in each run of `far`. */
  farEmails: number;
  /** The same while the peers' settings are swept. */
  swept: number;
  /** Number of settings of each peer, and of distances of `far`. */
  settings: number;
  /** Transactions of each side in each run of `enqueue`. */
  transactions: number;
  /** Emails of each side in each run of `latency`. */
  wakeUps: number;
  /** Seconds of each run of `rate`. A quarter more come before it. */
  seconds: number;
  /** Finished rows on the full side of `tail`. */
  finished: number;
  /** Emails that it claims in each run. */
  claimed: number;
  /** Waiting emails of `fair`, and resets in each run. */
  waiting: number;
  resets: number;
  /** Events for each side in each run of `events`. */
  events: number;
  /** Times of each kind of address, for each form and each way, of `oracle`. */
  samples: number;
  /** Requests of each side in each run of `signup`. */
  signUps: number;
  /** Times that `render` renders each email, for each side in each run. */
  renders: number;
  /** Times that `ops` asks for each page. */
  pageViews: number;
}

export const FULL: Size = {
  runs: 5,
  emails: 10_000,
  warmUp: 10_000,
  farEmails: 2_000,
  swept: 4_000,
  settings: Infinity,
  transactions: 1_000,
  wakeUps: 200,
  seconds: 16,
  finished: 1_000_000,
  claimed: 20_000,
  waiting: 100_000,
  resets: 60,
  events: 10_000,
  samples: 2_000,
  signUps: 1_000,
  renders: 1_000,
  pageViews: 200,
};

/** Takes seconds in all. Shows that everything runs, but not how fast. */
export const QUICK: Size = {
  runs: 1,
  emails: 100,
  warmUp: 20,
  farEmails: 100,
  swept: 100,
  settings: 1,
  transactions: 20,
  wakeUps: 5,
  seconds: 2,
  finished: 1_000,
  claimed: 200,
  waiting: 1_000,
  resets: 5,
  events: 100,
  samples: 7,
  signUps: 20,
  renders: 20,
  pageViews: 3,
};

/** What every benchmark uses. */
export interface Setup {
  postgres: DurablePostgres;
  endpoint: Program<Endpoint>;
  size: Size;
  /** Starts a program that uses the endpoint as SES. */
  start<H extends Handlers>(file: string): Promise<Program<H>>;
  endpointPort: number;
  /** The delay of the endpoint during a measurement. Default: none. */
  delay?: Delay;
  /** Shows progress to the person who waits. */
  say(step: string): void;
}

export async function setUp(size: Size): Promise<Setup & { end(): Promise<void> }> {
  const postgres = await startDurablePostgres();
  const endpoint = await startProgram<Endpoint>(import.meta.resolve("./endpoint/main.ts"));
  const url = await endpoint.call("listen");
  const env = {
    APP_ENV: "development",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_SESV2: url,
  };
  return {
    postgres,
    endpoint,
    size,
    start: (file) => startProgram(file, { env }),
    endpointPort: Number(new URL(url).port),
    say: (step) => process.stderr.write(`${step}\n`),
    async end() {
      await endpoint.stop();
      await postgres.stop();
    },
  };
}
