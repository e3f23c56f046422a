import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { type Connection, connect } from "./connection.ts";
import { withEnv } from "./env.ts";

export type { BehaviourInput as SesBehaviour, Fault as SesFault } from "./control/behaviour.ts";
export type { SesLocalEvent } from "./events/event.ts";
export type { InboxMessage } from "./inbox/inbox-message.ts";

/** A ses-local that belongs to the caller. */
export interface SesLocal extends Connection {
  port: number;
  smtpPort: number;
  /**
   * The queue that gets every event, for the SDK of SQS. A message that was received five times
   * moves to the queue with `-dead-letters` at the end of its name.
   */
  queueUrl: string;
  /** Kills it (-9). To start it again, pass the same ports and `data`. */
  kill(): Promise<void>;
  /** Ends the process, and removes its folder if `data` was not set. */
  stop(): Promise<void>;
}

export interface SesLocalOptions {
  /** Domains and addresses of verified senders. Default: `example.com`. */
  verified?: string[];
  /** Default: a free port. */
  port?: number;
  smtpPort?: number;
  /** Whether SMTP offers STARTTLS. Default: false. */
  smtpStartTls?: boolean;
  /** The folder of inbox and tally. Default: a new one. */
  data?: string;
  /** How many messages the inbox keeps. Default: 500. The tally keeps all. */
  keep?: number;
  /** The webhook that events are posted to. Default: none. */
  webhook?: string;
  /** The topic of the events. Default: one of account 000000000000. */
  topicArn?: string;
}

const main = path.join(import.meta.dirname, "main.ts");

/**
 * Starts ses-local in its own process. It also ends when the process that started it ends, even
 * without a call of `stop`.
 */
export async function startSesLocal(options: SesLocalOptions = {}): Promise<SesLocal> {
  const { topicArn = "arn:aws:sns:us-east-1:000000000000:ses-events" } = options;
  const data = options.data ?? (await mkdtemp(path.join(tmpdir(), "ses-local-")));
  const removeData = async () => {
    if (!options.data) await rm(data, { recursive: true, force: true, maxRetries: 3 });
  };
  const child = spawn(process.execPath, [main], {
    env: withEnv({
      APP_ENV: "development",
      SES_LOCAL_PORT: String(options.port ?? 0),
      SES_LOCAL_SMTP_PORT: String(options.smtpPort ?? 0),
      SES_LOCAL_SMTP_STARTTLS: String(options.smtpStartTls ?? false),
      SES_LOCAL_DATA: data,
      SES_LOCAL_VERIFIED: options.verified?.join(",") ?? "",
      SES_LOCAL_KEEP: String(options.keep ?? ""),
      SES_LOCAL_WEBHOOK: options.webhook ?? "",
      SES_EVENTS_TOPIC_ARN: topicArn,
    }),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  const exited = once(child, "exit");
  const errors = text(child.stderr);
  const ready = await readyLine(createInterface({ input: child.stdout }));
  if (!ready) {
    await removeData();
    throw new Error(`ses-local did not start: ${(await errors).trim()}`);
  }
  const url = `http://127.0.0.1:${ready.port}`;

  return {
    ...connect(url),
    port: ready.port,
    smtpPort: ready.smtpPort,
    queueUrl: `${url}/${topicArn.split(":").slice(4).join("/")}`,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async stop() {
      child.kill();
      await exited;
      await removeData();
    },
  };
}

/** Resolves with undefined if the process ends before it is ready. */
function readyLine(
  lines: NodeJS.EventEmitter,
): Promise<{ port: number; smtpPort: number } | undefined> {
  return new Promise((resolve) => {
    lines.on("line", (line: string) => {
      if (line.startsWith('{"ready":true')) resolve(JSON.parse(line));
    });
    lines.on("close", () => resolve(undefined));
  });
}
