import { existsSync } from "node:fs";
import path from "node:path";

/** A setting that stops the start; its message is the one line to print. */
export class EnvError extends Error {}

export interface Env {
  /** 0 takes any free port. */
  port: number;
  smtpPort: number;
  /** Domains and addresses taken as verified identities, lower case. */
  verified: string[];
  /** Folder that keeps the messages. */
  data: string;
  /** How many messages it keeps; the oldest go first. */
  keep: number;
  /** The topic that events are published to. */
  topicArn: string;
  /** Where they are posted; undefined: nowhere, and the queue has them. */
  webhook: string | undefined;
}

/** @throws EnvError on a malformed setting, and in production, where mail must leave the machine. */
export function readEnv(): Env {
  const { env } = process;
  if (env["APP_ENV"] === "production") {
    throw new EnvError(
      "APP_ENV is production, and this stand-in would swallow every email. Use SES itself, or unset APP_ENV.",
    );
  }
  return {
    port: integer("SES_LOCAL_PORT", 3002, 65_535, "a port"),
    smtpPort: integer("SES_LOCAL_SMTP_PORT", 1025, 65_535, "a port"),
    verified: (env["SES_LOCAL_VERIFIED"] || "example.com")
      .split(",")
      .map((identity) => identity.trim().toLowerCase())
      .filter(Boolean),
    data: path.resolve(env["SES_LOCAL_DATA"] || ".local/ses-local"),
    keep: integer("SES_LOCAL_KEEP", 500, 100_000, "a number of messages"),
    topicArn: env["SES_EVENTS_TOPIC_ARN"] || "arn:aws:sns:us-east-1:000000000000:ses-events",
    webhook: env["SES_LOCAL_WEBHOOK"] || undefined,
  };
}

/**
 * Where the commands find ses-local: the environment, and .env of the working folder below it.
 *
 * @throws EnvError on a malformed port
 */
export function readUrl(): string {
  if (existsSync(".env")) process.loadEnvFile(".env");
  return `http://localhost:${integer("SES_LOCAL_PORT", 3002, 65_535, "a port")}`;
}

/** From 0 to `max`. */
function integer(name: string, fallback: number, max: number, kind: string): number {
  const value = process.env[name];
  if (!value) return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > max) {
    throw new EnvError(`${name} must be ${kind} from 0 to ${max}, not "${value}".`);
  }
  return number;
}

/** The environment of a child process: this one's, and more. */
export function withEnv(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...process.env, ...more };
}
