import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

/** A message as ses-local's `GET /inbox/messages` answers it. */
export interface InboxMessage {
  /** Sorts by time of arrival. */
  id: string;
  /** SES's. */
  messageId: string;
  /** `Name <address>`. */
  from: string;
  /** Bare addresses, as are `cc` and `bcc`. */
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  /** "" where the message has no such part. */
  html: string;
  text: string;
  /** Names in lower case; several of one name are joined by a comma. */
  headers: Record<string, string>;
  tags: Record<string, string>;
  configurationSet: string | null;
  links: string[];
  /** One-time codes. */
  codes: string[];
  attachments: { filename: string; contentType: string; size: number; inline: boolean }[];
  via: "api" | "smtp";
  /** ISO 8601. */
  at: string;
  /** Bytes. */
  size: number;
  htmlSize: number;
  read: boolean;
}

export interface InboxQuery {
  /** A recipient. */
  to?: string;
  /** Value of the `template` tag. */
  template?: string;
  /** Only what arrived later than the message of that id, or than that ISO 8601 time. */
  after?: string;
  /** Seconds to wait for the first that matches. */
  wait?: number;
}

export interface SesLocal {
  /** Inbox and SES API, as `AWS_ENDPOINT_URL_SESV2` takes it. */
  url: string;
  smtpPort: number;
  /** Newest first. */
  inbox(query?: InboxQuery): Promise<InboxMessage[]>;
  /** Ends the process and removes its folder. */
  stop(): Promise<void>;
}

const main = path.resolve(import.meta.dirname, "../../../tools/ses-local/src/main.ts");

/**
 * Starts ses-local as a process of its own, on free ports, with an empty folder. It ends with
 * the process that started it, whatever happens to `stop`.
 *
 * @param options.verified domains and addresses taken as verified senders; `example.com` if unset
 */
export async function startSesLocal(options: { verified?: string[] } = {}): Promise<SesLocal> {
  const data = await mkdtemp(path.join(tmpdir(), "ses-local-"));
  const child = spawn(process.execPath, [main], {
    env: {
      ...process.env,
      APP_ENV: "development",
      SES_LOCAL_PORT: "0",
      SES_LOCAL_SMTP_PORT: "0",
      SES_LOCAL_DATA: data,
      SES_LOCAL_VERIFIED: options.verified?.join(",") ?? "",
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  const exited = once(child, "exit");
  const errors = text(child.stderr);
  const ready = await readyLine(createInterface({ input: child.stdout }));
  if (!ready) {
    await rm(data, { recursive: true, force: true });
    throw new Error(`ses-local did not start: ${(await errors).trim()}`);
  }
  const url = `http://127.0.0.1:${ready.port}`;

  return {
    url,
    smtpPort: ready.smtpPort,
    async inbox(query = {}) {
      const parameters = new URLSearchParams(
        Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
      );
      const response = await fetch(`${url}/inbox/messages?${parameters}`);
      if (!response.ok)
        throw new Error(`ses-local answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as InboxMessage[];
    },
    async stop() {
      child.kill();
      await exited;
      await rm(data, { recursive: true, force: true, maxRetries: 3 });
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
