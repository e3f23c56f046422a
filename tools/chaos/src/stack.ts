import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type SesBehaviour, type SesLocal, startSesLocal } from "@repo/ses-local/client";
import { startDurablePostgres } from "@repo/measure/durable-postgres";
import { type Program, startProgram } from "@repo/measure/program";
import type { Setup } from "./campaign.ts";
import { type Outbox, openOutbox } from "./outbox.ts";
import type { Worker, WorkerOptions } from "./worker.ts";

/** Everything that a campaign may break, each in its own process. All end with the campaign. */
export interface Stack {
  outbox: Outbox;
  /** What the apps need to find the database and ses-local. */
  env: NodeJS.ProcessEnv;
  ses: Ses;
  startWorker(options: WorkerOptions): Promise<Program<Worker>>;
}

/** ses-local, which can be killed and started again. */
interface Ses extends Pick<SesLocal, "inbox" | "tally" | "subscribed" | "queueUrl"> {
  /** Sets its behaviour. Default: it accepts everything without a limit. */
  behave(behaviour?: SesBehaviour): Promise<void>;
  /** kill -9: connections are refused until `start`. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with its accepted emails. */
  start(): Promise<void>;
}

// No rate limit. A campaign may set one.
const UNLIMITED = 1_000_000;

/**
 * @param options.url a migrated database. Default: a new one, with fsync on.
 * @param options.webhook where SES's events are posted. Default: nowhere.
 * @param options.keep emails that the inbox keeps. Default: 10.
 */
export async function openStack(
  setup: Setup,
  options: { url?: string; webhook?: string; keep?: number } = {},
): Promise<Stack> {
  const databaseUrl = options.url ?? (await startDatabase(setup));
  const outbox = openOutbox(databaseUrl);
  setup.atEnd(() => outbox.close());
  const ses = await openSes(setup, options);
  const env = {
    APP_ENV: "development",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_SESV2: ses.url,
  };
  return {
    outbox,
    env: { ...env, DATABASE_URL: databaseUrl },
    ses,
    async startWorker(told) {
      const worker = await startProgram<Worker>(import.meta.resolve("./worker.ts"), { env });
      setup.atEnd(() => worker.stop("SIGKILL"));
      await worker.call("deliver", { rate: UNLIMITED, ...told, url: databaseUrl });
      return worker;
    },
  };
}

async function startDatabase(setup: Setup): Promise<string> {
  const postgres = await startDurablePostgres();
  setup.atEnd(() => postgres.stop());
  return postgres.createMigrated("app");
}

async function openSes(
  setup: Setup,
  { webhook, keep = 10 }: { webhook?: string; keep?: number },
): Promise<Ses & { url: string }> {
  const data = await mkdtemp(path.join(tmpdir(), "ses-local-chaos-"));
  setup.atEnd(() => rm(data, { recursive: true, force: true, maxRetries: 3 }));
  // The tally has every message, and most campaigns read no email.
  const always = { data, keep, ...(webhook && { webhook }) };
  let ses = await startSesLocal(always);
  setup.atEnd(() => ses.stop());
  const behave = (behaviour: SesBehaviour = {}) =>
    ses.control({
      seed: setup.seed,
      ...behaviour,
      account: { maxSendRate: UNLIMITED, max24HourSend: -1, ...behaviour.account },
    });
  await behave();
  return {
    url: ses.url,
    queueUrl: ses.queueUrl,
    inbox: (query) => ses.inbox(query),
    tally: () => ses.tally(),
    subscribed: () => ses.subscribed(),
    behave,
    kill: () => ses.kill(),
    async start() {
      ses = await startSesLocal({ ...always, port: ses.port, smtpPort: ses.smtpPort });
      await behave();
    },
  };
}
