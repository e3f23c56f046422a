import { existsSync } from "node:fs";
import path from "node:path";

/** Where the repository begins. */
export const root = path.resolve(import.meta.dirname, "../../..");

/** What the commands read: the environment, .env below it, and what `pnpm dev` has below both. */
export function readEnv() {
  const load = (name: string) => {
    const file = path.join(root, name);
    if (existsSync(file)) process.loadEnvFile(file);
  };
  load(".env");
  if (!process.env["DATABASE_URL"]) {
    // The database of `pnpm dev`: then SES is its stand-in, on the port that it has there.
    process.env["AWS_ENDPOINT_URL_SESV2"] ??=
      `http://localhost:${process.env["SES_LOCAL_PORT"] || 3002}`;
    load(".env.example");
  }
  const { DATABASE_URL, APP_ENV, EMAIL_ALLOW_TO, EMAIL_REDIRECT_TO } = process.env;
  return {
    /** Undefined: the embedded database of `pnpm dev`. */
    databaseUrl: DATABASE_URL || undefined,
    /** As the worker has it: a system that is not production reaches no other machine's SES. */
    loopbackOnly: APP_ENV !== "production" && !EMAIL_ALLOW_TO && !EMAIL_REDIRECT_TO,
  };
}
