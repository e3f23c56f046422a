import { type DurablePostgres, startDurablePostgres } from "@repo/measure/durable-postgres";
import { type Handlers, type Program, startProgram } from "@repo/measure/program";
import type { Delay, Endpoint } from "./endpoint/main.ts";

/** How much is measured. */
export interface Size {
  runs: number;
  /** Drained by each side in each run of `deliver`, `deliver-rendered` and `peers`. */
  emails: number;
  /** The same of `far`. */
  farEmails: number;
  /** The same while the peers' settings are swept. */
  swept: number;
  /** How many settings of each peer are tried, and how many distances of `far`. */
  settings: number;
  /** Transactions of each side in each run of `enqueue`. */
  transactions: number;
  /** Emails of each side in each run of `latency`. */
  wakeUps: number;
  /** Seconds of each run of `rate`, a quarter more of which come before. */
  seconds: number;
  /** Rows that `tail` has on its full side. */
  finished: number;
  /** Emails that it claims in each run. */
  claimed: number;
  /** Emails that `fair` has waiting, and resets that it queues beside them in each run. */
  waiting: number;
  resets: number;
  /** Events that each side takes in each run of `events`. */
  events: number;
  /** Times of each kind of address, for each form and each way, of `oracle`. */
  samples: number;
  /** Requests of each side in each run of `signup`. */
  signUps: number;
}

export const FULL: Size = {
  runs: 5,
  emails: 10_000,
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
};

/** Seconds in all: shows that everything runs, and nothing of how fast it is. */
export const QUICK: Size = {
  runs: 1,
  emails: 100,
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
};

/** What every benchmark works with. */
export interface Setup {
  postgres: DurablePostgres;
  endpoint: Program<Endpoint>;
  size: Size;
  /** Starts a program that takes the endpoint for SES. */
  start<H extends Handlers>(file: string): Promise<Program<H>>;
  endpointPort: number;
  /** How long the endpoint takes to answer what is measured; at once where it is not given. */
  delay?: Delay;
  /** Tells the person who waits. */
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
