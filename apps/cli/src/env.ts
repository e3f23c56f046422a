import { existsSync } from "node:fs";
import path from "node:path";
import { parseAllowList } from "@repo/email/enqueue";

/** The folder of the repository. */
export const root = path.resolve(import.meta.dirname, "../../..");

/**
 * The settings of the commands. The environment wins over `.env`, which wins over the values of
 * `pnpm dev`. `AWS_PROFILE` in the environment wins over every access key.
 *
 * @param options.likeDev takes missing settings from `pnpm dev` also if DATABASE_URL is set, provided
 *   that it is on this machine and that APP_ENV names no other system. Default: only without it
 */
export function readEnv({ likeDev = false } = {}) {
  const load = (name: string) => {
    const file = path.join(root, name);
    if (existsSync(file)) process.loadEnvFile(file);
  };
  const { AWS_PROFILE: profile } = process.env;
  load(".env");
  const { DATABASE_URL: given, APP_ENV: system = "" } = process.env;
  const isDev = ["", "development"].includes(system) && !isElsewhere(given);
  if (!given || (likeDev && isDev)) {
    // With the database of `pnpm dev`, SES is ses-local on the port that `pnpm dev` gives it.
    process.env["AWS_ENDPOINT_URL_SESV2"] ??=
      `http://localhost:${process.env["SES_LOCAL_PORT"] || 3002}`;
    load(".env.example");
  }
  if (profile) {
    // The person means this profile, and not the app's key in .env or in the shell. With both, the
    // SDK warns, and later versions may take the key.
    delete process.env["AWS_ACCESS_KEY_ID"];
    delete process.env["AWS_SECRET_ACCESS_KEY"];
  }
  const { DATABASE_URL, DIRECT_DATABASE_URL, APP_ENV, EMAIL_ALLOW_TO, EMAIL_REDIRECT_TO } =
    process.env;
  return {
    /** A database elsewhere is production too, if APP_ENV does not name another system. */
    isProduction: (APP_ENV || (isElsewhere(DATABASE_URL) && "production")) === "production",
    /** As in the worker: who may receive email, and who gets that of the others. */
    allowTo: EMAIL_ALLOW_TO ? parseAllowList(EMAIL_ALLOW_TO) : undefined,
    redirectTo: EMAIL_REDIRECT_TO || undefined,
    /** Default: the embedded database of `pnpm dev`. */
    databaseUrl: DATABASE_URL || undefined,
    /** Without a pooler in between. */
    directDatabaseUrl: DIRECT_DATABASE_URL || DATABASE_URL || undefined,
    /** As in the worker: outside production, only an SES on this machine may be called. */
    loopbackOnly: APP_ENV !== "production" && !EMAIL_ALLOW_TO && !EMAIL_REDIRECT_TO,
    /** A setting of the apps, such as `EMAIL_KEY`. */
    setting: (name: string): string | undefined => process.env[name],
  };
}

function isElsewhere(databaseUrl: string | undefined): boolean {
  if (!databaseUrl || !URL.canParse(databaseUrl)) return false;
  return !["", "localhost", "127.0.0.1", "[::1]"].includes(new URL(databaseUrl).hostname);
}
