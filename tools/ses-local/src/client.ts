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

/** A ses-local of the caller's own. */
export interface SesLocal extends Connection {
  port: number;
  smtpPort: number;
  /**
   * Of the queue that gets every event, for the SDK of SQS. What was received five times is in
   * `-dead-letters` beside it.
   */
  queueUrl: string;
  /** kill -9: until it is started again, on the same ports and data, connections are refused. */
  kill(): Promise<void>;
  /** Ends the process, and removes its folder unless that was given. */
  stop(): Promise<void>;
}

export interface SesLocalOptions {
  /** Domains and addresses taken as verified senders; `example.com` if unset. */
  verified?: string[];
  /** Free ones if unset. */
  port?: number;
  smtpPort?: number;
  /** Folder of inbox and tally; a new one if unset. */
  data?: string;
  /** How many messages the inbox keeps; 500 if unset. The tally has them all. */
  keep?: number;
  /** Where events are posted; nowhere if unset. */
  webhook?: string;
  /** Of the events; one of account 000000000000 if unset. */
  topicArn?: string;
}

const main = path.join(import.meta.dirname, "main.ts");

/**
 * Starts ses-local as a process of its own. It ends with the process that started it, whatever
 * happens to `stop`.
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

/** Resolves with undefined where the process ends without one. */
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
