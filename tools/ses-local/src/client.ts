import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { withEnv } from "./env.ts";

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
  /** What SES has said of it, oldest first. */
  events: SesLocalEvent[];
}

export interface SesLocalEvent {
  id: string;
  /** SES's, of the message. */
  messageId: string;
  /** As SES spells it. */
  type: string;
  recipient: string;
  at: string;
  summary: string;
  payload: object;
  deliveries: { to: "webhook" | "queue"; status: number | null; error?: string; attempt: number }[];
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

export type SesFault =
  | "lost-answer"
  | "error-after-accept"
  | "throttle"
  | "quota"
  | "unavailable"
  | "paused"
  | "suspended"
  | "access-denied"
  | "unverified-from"
  | "bad-request"
  | "reset-before-accept";

/** How SES is to behave, as `PUT /control` takes it; see ses-local's README. */
export interface SesBehaviour {
  /** Of the draws that `share` asks for; 1 if unset. */
  seed?: number;
  account?: {
    /** Recipients a second; 14 if unset. */
    maxSendRate?: number;
    /** Recipients a day; 50,000 if unset, -1 for no limit. */
    max24HourSend?: number;
    sentLast24Hours?: number;
    sendingEnabled?: boolean;
    /** False is the sandbox. */
    productionAccess?: boolean;
  };
  enforceRate?: boolean;
  enforceQuota?: boolean;
  /** Addresses and domains that the sandbox sends to. */
  verifiedRecipients?: string[];
  /** Any other is not found; every name exists if unset. */
  configurationSets?: string[];
  /** Milliseconds before SendEmail's answer. */
  delay?: number;
  /** A SendEmail meets one at most. Shares add up, in this order; 1 if unset is all that is left. */
  faults?: { fault: SesFault; share?: number }[];
  /** Shares of the events that it befalls; `delay` in milliseconds. */
  events?: {
    duplicate?: number;
    reorder?: number;
    delay?: number;
    beforeResponse?: number;
    drop?: number;
    signatureVersion?: "1" | "2";
  };
}

/** For each `message-id` tag, what SES has taken. */
export type SesTally = Record<string, { messageIds: string[]; copies: number }>;

export interface SesLocal {
  /** Inbox and SES API, as `AWS_ENDPOINT_URL_SESV2` takes it. */
  url: string;
  port: number;
  smtpPort: number;
  /**
   * Of the queue that gets every event, for the SDK of SQS. What was received five times is in
   * `-dead-letters` beside it.
   */
  queueUrl: string;
  /** Newest first. */
  inbox(query?: InboxQuery): Promise<InboxMessage[]>;
  tally(): Promise<SesTally>;
  /** Newest first; waits so many seconds for the first. @param query.after an event's id */
  events(query?: { after?: string; wait?: number }): Promise<SesLocalEvent[]>;
  /**
   * Has SES tell of the newest message to an address, or else of one that nobody knows.
   *
   * @param type as `pnpm ses:trigger` names it
   */
  trigger(type: string, to: string): Promise<SesLocalEvent>;
  /** Hands an event to the app once more. */
  replay(id: string): Promise<void>;
  /** Resolves once the webhook has confirmed its subscription. */
  subscribed(): Promise<void>;
  /** Replaces the whole behaviour; it lasts until the next call, or the end of the process. */
  control(behaviour: SesBehaviour): Promise<void>;
  /** Back to normal behaviour. Inbox and tally stay. */
  reset(): Promise<void>;
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

  async function request(route: string, method = "GET", body?: unknown): Promise<Response> {
    const response = await fetch(url + route, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`ses-local answered ${response.status}: ${await response.text()}`);
    return response;
  }

  return {
    url,
    port: ready.port,
    smtpPort: ready.smtpPort,
    queueUrl: `${url}/${topicArn.split(":").slice(4).join("/")}`,
    async inbox(query = {}) {
      const parameters = new URLSearchParams(
        Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
      );
      return (await (await request(`/inbox/messages?${parameters}`)).json()) as InboxMessage[];
    },
    async tally() {
      return (await (await request("/inbox/tally")).json()) as SesTally;
    },
    async events({ after = "", wait = 0 } = {}) {
      const response = await request(`/events?after=${after}&wait=${wait}`);
      return (await response.json()) as SesLocalEvent[];
    },
    async trigger(type, to) {
      return (await (await request("/events", "POST", { type, to })).json()) as SesLocalEvent;
    },
    async replay(id) {
      await request(`/events/${id}/replay`, "POST");
    },
    async subscribed() {
      const pending = async () => {
        const response = await request("/subscriptions");
        const all = (await response.json()) as { state: string }[];
        return all.some(({ state }) => state === "pending");
      };
      while (await pending()) await sleep(20);
    },
    async control(behaviour) {
      await request("/control", "PUT", behaviour);
    },
    async reset() {
      await request("/control", "DELETE");
    },
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
