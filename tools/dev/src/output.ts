import { stripVTControlCharacters, styleText } from "node:util";
import type { Ports } from "./env.ts";

/** A line of a service in turbo's output: `@repo/web:dev: listening`. */
export type Line = { service: string; text: string };

/** The service of turbo's own lines is `turbo`. */
export function parseLine(line: string): Line {
  const [, service = "turbo", text = line] =
    /^@repo\/([\w-]+):dev: ?(.*)$/.exec(stripVTControlCharacters(line)) ?? [];
  return { service, text };
}

/** Whether an app says that a setting is missing or malformed. The next lines name the setting. */
export const isSettingWrong = ({ text }: Line) => text.endsWith(" cannot start; see .env.example.");

type Log = { level: number; msg: string } & Record<string, unknown>;

/** A line of pino's. */
export function parseLog(text: string): Log | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const log = JSON.parse(text) as Partial<Log>;
    return typeof log.level === "number" && typeof log.msg === "string" ? (log as Log) : undefined;
  } catch {
    return undefined;
  }
}

/** Formats a line for people: the service, then the message, fields and error of a JSON log line. */
export function formatLine({ service, text }: Line): string {
  const prefix = styleText("dim", service.padEnd(9));
  const log = parseLog(text);
  if (!log) return `${prefix} ${text}`;
  // These fields are in every line, or useless on a developer's machine.
  const { level, msg, time: _time, pid: _pid, hostname: _host, name: _name, ...logged } = log;
  const message = styleText(level >= 50 ? "red" : level >= 40 ? "yellow" : "reset", msg);
  const { error, rest } = takeError(logged);
  const fields = styleText("dim", flatten(rest).join(" "));
  return [`${message} ${fields}`.trimEnd(), ...(error ? describe(error) : [])]
    .map((part) => `${prefix} ${part}`)
    .join("\n");
}

type LoggedError = { type?: string; code?: string; message?: string; stack?: string };

/** Web logs an error as `err`. The worker logs the fields of `@repo/errors/log`. */
function takeError({ err, ...fields }: Record<string, unknown>) {
  if (err) return { error: err as LoggedError, rest: fields };
  const { at, code, reason, ...rest } = fields;
  if (!Array.isArray(at)) return { rest: fields };
  const stack = at.map((frame) => `    ${frame}`).join("\n");
  return { error: { code, message: reason, stack } as LoggedError, rest };
}

/** Type, code and message of a logged error, then its frames. Web's stack is the frames alone. */
function describe({ type, code, message, stack = "" }: LoggedError): string[] {
  const what = [[type, code].filter(Boolean).join(" "), message].filter(Boolean).join(": ");
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return [...what.split("\n"), ...frames];
}

/** `{ req: { method: "GET" } }` → `req.method=GET` */
function flatten(fields: object, path = ""): string[] {
  return Object.entries(fields).flatMap(([key, value]: [string, unknown]) => {
    if (Array.isArray(value)) return [`${path}${key}=${JSON.stringify(value)}`];
    return typeof value === "object" && value !== null
      ? flatten(value, `${path}${key}.`)
      : [`${path}${key}=${String(value)}`];
  });
}

/**
 * The addresses of everything that runs.
 *
 * @param database its name, without its password
 */
export function table(ports: Ports, database: string, seconds: string): string {
  const rows = [
    ["App", `http://localhost:${ports.PORT}`, "sign up here"],
    ["Inbox", `http://localhost:${ports.SES_LOCAL_PORT}`, "your email arrives here"],
    ["Email preview", `http://localhost:${ports.PREVIEW_PORT}`, "every email, as you edit it"],
    ["SMTP", `localhost:${ports.SES_LOCAL_SMTP_PORT}`, "for other programs, into the same inbox"],
    ["Database", database, "pnpm db:studio opens it"],
  ].map(([name = "", address = "", what = ""]) =>
    [
      `  ${styleText("bold", name.padEnd(13))}`,
      styleText("cyan", address.padEnd(22)),
      styleText("dim", what),
    ].join("  "),
  );
  const ready = `  ${styleText("green", "Ready")} in ${seconds} s. Ctrl-C ends everything; the data stays in .local/.`;
  return ["", ready, "", ...rows, "", ""].join("\n");
}

/** Prints that a slow step starts, and at its end how long it took. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const { isTTY } = process.stdout;
  process.stdout.write(`  ${name} …${isTTY ? "" : "\n"}`);
  const result = await work();
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  if (isTTY) process.stdout.write(`\r\u001b[K  ${name} ${styleText("dim", `${seconds} s`)}\n`);
  return result;
}
