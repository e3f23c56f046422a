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
    port: port("SES_LOCAL_PORT", 3002),
    smtpPort: port("SES_LOCAL_SMTP_PORT", 1025),
    verified: (env["SES_LOCAL_VERIFIED"] || "example.com")
      .split(",")
      .map((identity) => identity.trim().toLowerCase())
      .filter(Boolean),
    data: env["SES_LOCAL_DATA"] || path.resolve(import.meta.dirname, "../../../.local/ses-local"),
  };
}

function port(name: string, fallback: number): number {
  const value = process.env[name];
  if (!value) return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65535) {
    throw new EnvError(`${name} must be a port from 0 to 65535, not "${value}".`);
  }
  return number;
}
