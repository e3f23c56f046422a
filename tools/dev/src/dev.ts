// `pnpm dev`: starts everything on this machine.
import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import { migrate } from "@repo/db/migrate";
import { AppError } from "@repo/errors";
import { startPostgres } from "@repo/postgres-local";
import { onOrphaned } from "./ancestors.ts";
import { DATA_DIR, type Env, type Ports, portsOf, readEnv, requireDevelopment } from "./env.ts";
import { type Guarded, startGuard } from "./guarded.ts";
import {
  type Line,
  formatLine,
  isSettingWrong,
  parseLine,
  parseLog,
  step,
  table,
} from "./output.ts";
import { assertFree } from "./free-ports.ts";
import { SERVICES, whenReady } from "./services.ts";

// In ms. A laptop's first start takes 5 to 15 s.
const SLOW = 10_000;
const TOO_SLOW = 120_000;
// In ms. How long the other lines of an app that cannot start may take, and the other app.
const REST = 1_000;

const stop = new AbortController();
const stopped = new Promise<void>((resolve) => {
  stop.signal.addEventListener("abort", () => resolve(), { once: true });
});
// SIGHUP: the terminal was closed. Then output fails, but we must still end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => stop.abort());
}
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => stop.abort());
onOrphaned(() => stop.abort());

const undo: (() => Promise<void>)[] = [];
try {
  await Promise.race([run(), stopped]);
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  console.error(`\n${styleText("red", error.message)}`);
  process.exitCode = 1;
  // What the services say while they end must not hide the message.
  stop.abort();
} finally {
  for (const end of undo) await end();
}
// An interrupted step may still be waiting.
process.exit();

async function run(): Promise<void> {
  const begun = performance.now();
  const env = readEnv();
  requireDevelopment(env);
  const ports = portsOf(env);
  const guard = await startGuard(ports.PORT);
  undo.push(guard.stop);
  await assertFree(ports);
  const database = await openDatabase(env);
  const services = guard.run(env);
  await step("The app, the worker, the inbox and the email preview", () => up(services, ports));
  process.stdout.write(
    table(ports, database.name, ((performance.now() - begun) / 1000).toFixed(1)),
  );
  services.onLine((text) => {
    const line = parseLine(text);
    // Of turbo's own lines, show only errors. Show nothing after Ctrl-C.
    if (stop.signal.aborted || (line.service === "turbo" && !text.includes("ERROR"))) return;
    console.log(formatLine(line));
    // A setting that is new in the code: the app has started again, but with the old .env.
    if (isSettingWrong(line)) {
      const next =
        "pnpm dev reads .env only when it starts: correct it, press Ctrl-C, and start again.";
      console.log(formatLine({ ...line, text: next }));
    }
  });
  const ended = services.ended.then((reason) => `The services have ended (${reason}).`);
  throw new AppError("ENDED", await Promise.race([ended, database.ended]));
}

/**
 * @returns the database's name for the table, without its password; and what to tell when it has
 *   ended
 */
async function openDatabase(env: Env): Promise<{ name: string; ended: Promise<string> }> {
  const own = env["DATABASE_URL"];
  // The apps wait for a database of the person's own to come back.
  let ended = new Promise<string>(() => {});
  if (!own) {
    const postgres = await step("PostgreSQL", () => startPostgres({ dataDir: DATA_DIR }));
    // It stops after the services, which use it.
    undo.push(postgres.stop);
    ended = postgres.ended.then(
      () => `PostgreSQL has ended. Run pnpm dev again: the data is still in ${DATA_DIR}.`,
    );
    env["DATABASE_URL"] = postgres.url;
  }
  // A DIRECT_DATABASE_URL without DATABASE_URL belongs to another database.
  const url = (own && env["DIRECT_DATABASE_URL"]) || (env["DATABASE_URL"] ?? "");
  await step("Migrations", () => migrate(url));
  return { name: own ? "DATABASE_URL" : ".local/pg", ended };
}

/** Returns when all services answer. If one does not, prints its output and throws. */
async function up(services: ReturnType<Guarded["run"]>, ports: Ports): Promise<void> {
  const printed: Line[] = [];
  const awaited = new Map<string, () => void>();
  let onSettingWrong = () => {};
  // The app would start again only after a change of its files, and with the same settings.
  const settingWrong = new Promise<void>((resolve) => {
    onSettingWrong = resolve;
  }).then(() => sleep(REST, "a setting is wrong: correct it, then run pnpm dev again"));
  const forget = services.onLine((text) => {
    const line = parseLine(text);
    printed.push(line);
    if (isSettingWrong(line)) onSettingWrong();
    awaited.get(`${line.service} ${parseLog(line.text)?.msg}`)?.();
  });

  const waiting = new Set<string>(SERVICES);
  const ready = Promise.all(
    SERVICES.map(async (service) => {
      const logged = (message: string) =>
        new Promise<void>((resolve) => {
          awaited.set(`${service} ${message}`, resolve);
        });
      await whenReady(service, ports, logged);
      waiting.delete(service);
    }),
  );
  const show = (names: string[]) => {
    const lines = printed.filter(({ service, text }) => names.includes(service) && !isNoise(text));
    // The line of a step may still be open.
    console.error(["", ...lines.map(formatLine)].join("\n"));
  };
  // A failed service may still run, and wait for a change of its files. So show its output.
  const slow = setTimeout(() => {
    show([...waiting]);
    console.error(`  Waiting for ${[...waiting].join(", ")} …`);
  }, SLOW);
  try {
    const reason = await Promise.race([
      ready.then(() => undefined),
      services.ended,
      settingWrong,
      sleep(TOO_SLOW, `no answer in ${TOO_SLOW / 1000} s`, { ref: false }),
    ]);
    stop.signal.throwIfAborted();
    if (reason === undefined) return;
    const failed = printed.map((line) =>
      isSettingWrong(line) ? line.service : /@repo\/([\w-]+)#\w+:\s+ERROR/.exec(line.text)?.[1],
    );
    const names = failed.filter((name) => name !== undefined);
    const blamed = names.length > 0 ? [...new Set(names)] : [...waiting];
    // turbo may have ended before it started one.
    show(names.length > 0 ? blamed : [...blamed, "turbo"]);
    throw new AppError("NOT_READY", `${blamed.join(", ")} did not start (${reason}).`);
  } finally {
    clearTimeout(slow);
    forget();
  }
}

/** Lines that turbo and pnpm print before a task starts. */
function isNoise(text: string): boolean {
  return text.trim() === "" || text.startsWith("cache ") || text.startsWith("$ ");
}
