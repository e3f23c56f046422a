import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { brand } from "@repo/brand";
import { AppError } from "@repo/errors";

/** The folder of the repository. */
export const root = path.resolve(import.meta.dirname, "../../..");

/** Where the embedded PostgreSQL of `pnpm dev` keeps its data. */
export const DATA_DIR = path.join(root, ".local", "pg");

/** The environment of everything that `pnpm dev` starts. */
export type Env = Record<string, string>;

/** The variables that name a port to listen on. */
export const PORTS = ["PORT", "PREVIEW_PORT", "SES_LOCAL_PORT", "SES_LOCAL_SMTP_PORT"] as const;
export type Ports = Record<(typeof PORTS)[number], number>;

const noTelemetry = {
  CHECKPOINT_DISABLE: "1",
  DO_NOT_TRACK: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1",
  TURBO_TELEMETRY_DISABLED: "1",
};

/** The environment wins over .env, which wins over .env.example. */
export function readEnv(): Env {
  const env = mergeEnv(readFile(".env.example"), readFile(".env"), turboEnv());
  // An absolute path, because ses-local runs in another folder.
  const data = path.resolve(root, env["SES_LOCAL_DATA"] || ".local/ses-local");
  // Emails load their pictures from the website, which may not be on the internet yet.
  const pictures = `${brand.website} http://localhost:${env["PORT"]}`;
  return { SES_LOCAL_PICTURES: pictures, ...env, SES_LOCAL_DATA: data };
}

/**
 * Refuses to run in a shell that has the settings of another system. The command would change or
 * empty that system's database.
 *
 * @throws AppError `NOT_DEVELOPMENT`
 */
export function requireDevelopment({ APP_ENV: system }: Env): void {
  if (!system || system === "development") return;
  throw new AppError(
    "NOT_DEVELOPMENT",
    `APP_ENV is ${system}, and this command is for development. Open a new shell, or unset APP_ENV and DATABASE_URL.`,
  );
}

/**
 * Puts a `pnpm` on the path that turbo can start. If npm installed pnpm without its scripts, the
 * one on the path is a file without `#!`, which only a shell can start. npm_execpath names the real
 * program.
 */
export function turboEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const quiet = { ...env, ...noTelemetry };
  const { npm_execpath: pnpm, PATH = "" } = env;
  // Windows starts a .cmd by its name.
  if (!pnpm || process.platform === "win32") return quiet;
  return { ...quiet, PATH: path.dirname(pnpm) + path.delimiter + PATH };
}

function readFile(name: string): NodeJS.Dict<string> {
  const file = path.join(root, name);
  return existsSync(file) ? parseFile(name, readFileSync(file, "utf8")) : {};
}

/**
 * Reads the text of an env file. Some editors of Windows write a byte order mark before the first
 * name, and its older PowerShell writes UTF-16.
 *
 * @throws AppError `ENV_FILE_UNREADABLE`
 */
export function parseFile(name: string, text: string): NodeJS.Dict<string> {
  if (text.includes("\0")) {
    throw new AppError("ENV_FILE_UNREADABLE", `${name} is not in UTF-8: save it as UTF-8.`);
  }
  return parseEnv(text.replace(/^\uFEFF/, ""));
}

/**
 * Missing settings come from the example, so a .env of one line is enough, and an old .env still
 * works after an update. An empty value unsets. An address that is unchanged from the example
 * gets the port that is set, so a second clone needs only other ports.
 */
export function mergeEnv(
  example: NodeJS.Dict<string>,
  own: NodeJS.Dict<string>,
  real: NodeJS.Dict<string>,
): Env {
  const merged: NodeJS.Dict<string> = { ...example, ...own, ...real };
  const follow = (name: string, value: string) => {
    if (example[name] && merged[name] === example[name]) merged[name] = value;
  };
  follow("APP_URL", `http://localhost:${merged["PORT"]}`);
  follow("AWS_ENDPOINT_URL_SESV2", `http://localhost:${merged["SES_LOCAL_PORT"]}`);
  follow("SES_LOCAL_WEBHOOK", `http://localhost:${merged["PORT"]}/webhooks/ses`);
  follow("SMTP_PORT", `${merged["SES_LOCAL_SMTP_PORT"]}`);
  // With SES itself, the app would refuse every event of ses-local.
  if (!merged["AWS_ENDPOINT_URL_SESV2"]) merged["SES_LOCAL_WEBHOOK"] = "";
  const set = Object.entries(merged).filter((entry): entry is [string, string] => !!entry[1]);
  return Object.fromEntries(set);
}

/** @throws AppError `PORT_INVALID` or `PORT_TAKEN`, with the name of the variable */
export function portsOf(env: Env): Ports {
  const entries = PORTS.map((name) => {
    const value = env[name] ?? "";
    const port = Number(value);
    if (!/^\d+$/.test(value) || port < 1 || port > 65_535) {
      throw new AppError("PORT_INVALID", `${name}=${value} is not a port: set it to 1 … 65535.`);
    }
    return [name, port] as const;
  });
  for (const [index, [name, port]] of entries.entries()) {
    const twin = entries.slice(0, index).find(([, other]) => other === port);
    if (twin)
      throw new AppError("PORT_TAKEN", `${twin[0]} and ${name} are both ${port}: change one.`);
  }
  return Object.fromEntries(entries) as Ports;
}
