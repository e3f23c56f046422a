import { existsSync } from "node:fs";
import path from "node:path";

/** A wrong setting, which prevents the start. The message is one line for people. */
export class EnvError extends Error {}

export interface Env {
  /** 0 takes any free port. */
  port: number;
  smtpPort: number;
  /** Whether SMTP offers STARTTLS. */
  smtpStartTls: boolean;
  /** Domains and addresses that count as verified identities, in lower case. */
  verified: string[];
  /** The folder of the messages. */
  data: string;
  /** How many messages it keeps. */
  keep: number;
  /** The topic that events are published to. */
  topicArn: string;
  /** A website whose pictures the inbox loads from another address. Undefined: none. */
  pictures: { of: string; from: string } | undefined;
  /** The webhook that events are posted to. Undefined: none; the queue has them in any case. */
  webhook: string | undefined;
}

/** @throws EnvError if a setting is malformed, and in production, where email must be sent. */
export function readEnv(): Env {
  const { env } = process;
  if (env["APP_ENV"] === "production") {
    throw new EnvError(
      "APP_ENV is production, and this stand-in sends no email. Use SES itself, or unset APP_ENV.",
    );
  }
  return {
    port: integer("SES_LOCAL_PORT", 3002, 65_535, "a port"),
    smtpPort: integer("SES_LOCAL_SMTP_PORT", 1025, 65_535, "a port"),
    smtpStartTls: env["SES_LOCAL_SMTP_STARTTLS"] === "true",
    verified: (env["SES_LOCAL_VERIFIED"] || "example.com")
      .split(",")
      .map((identity) => identity.trim().toLowerCase())
      .filter(Boolean),
    data: path.resolve(env["SES_LOCAL_DATA"] || ".local/ses-local"),
    keep: integer("SES_LOCAL_KEEP", 500, 100_000, "a number of messages"),
    topicArn: env["SES_EVENTS_TOPIC_ARN"] || "arn:aws:sns:us-east-1:000000000000:ses-events",
    pictures: pictures(env["SES_LOCAL_PICTURES"]),
    webhook: env["SES_LOCAL_WEBHOOK"] || undefined,
  };
}

/** Reads the origins of two addresses, with a space between them. */
function pictures(value: string | undefined) {
  if (!value) return undefined;
  const [of, from, ...others] = value.split(" ").map(originOf);
  if (of && from && others.length === 0) return { of, from };
  throw new EnvError(
    `SES_LOCAL_PICTURES must be two addresses with a space between them, not "${value}".`,
  );
}

const originOf = (url: string) => (URL.canParse(url) ? new URL(url).origin : "");

/**
 * The address of ses-local, for its commands. The port comes from the environment, or else from
 * `.env` in the working folder.
 *
 * @throws EnvError if the port is malformed
 */
export function readUrl(): string {
  if (existsSync(".env")) process.loadEnvFile(".env");
  return `http://localhost:${integer("SES_LOCAL_PORT", 3002, 65_535, "a port")}`;
}

/** Reads a whole number from 0 to `max`. */
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
