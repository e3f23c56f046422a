// Runs Prisma's command line on the database of DATABASE_URL or of `pnpm dev`: `pnpm db:migrate`.
// It adds two commands, which use an empty database: `drift`, and `write`.
import { parseArgs } from "node:util";
import { migrate } from "@repo/db/migrate";
import { prisma } from "@repo/db/prisma";
import { checkMigrations, markSafe, report, withoutSafe } from "@repo/db/safety";
import { AppError } from "@repo/errors";
import { startPostgres } from "@repo/postgres-local";
import { engineEnv } from "@repo/prisma-offline";
import { onEmptyDatabase } from "./empty-database.ts";
import { DATA_DIR, readEnv, requireDevelopment } from "./env.ts";
import { runProgram } from "./run-program.ts";

const args = process.argv.slice(2);
// Prisma does not know this option.
const safe = takeOption("--safe");

// They change or empty the database without a committed migration.
const FOR_DEVELOPMENT = new Set([
  "migrate dev",
  "migrate reset",
  "db push",
  "db execute",
  "db seed",
]);

// Prisma's advice names its own commands. It prints to a terminal, so we cannot replace them.
const OUR_COMMANDS =
  "Where Prisma says prisma migrate dev, run pnpm db:migrate; for prisma migrate reset, pnpm db:reset. The steps of each change are in docs/runbook.md#changing-tables.";

await runProgram(main);

async function main(): Promise<number> {
  const [command = "", subcommand] = args;
  if (!process.stdin.isTTY) refuseToAsk(`${command} ${subcommand}`);
  if (command === "drift") return await onEmptyDatabase(drift);
  if (command === "write") return await onEmptyDatabase(write);
  if (!["migrate", "db", "studio"].includes(command)) return await prisma(args);
  const env = readEnv();
  const { DATABASE_URL: own, DIRECT_DATABASE_URL: direct } = env;
  if (FOR_DEVELOPMENT.has(`${command} ${subcommand}`)) requireDevelopment(env);
  // Without it, a deployment would go to the database of `pnpm dev`, and succeed.
  if (!own && env["APP_ENV"] && env["APP_ENV"] !== "development") {
    throw new AppError("NO_DATABASE", `APP_ENV is ${env["APP_ENV"]}. Set DATABASE_URL too.`);
  }
  const embedded = own
    ? undefined
    : await startPostgres({
        dataDir: DATA_DIR,
        onProgress: (step) => console.log(`${step} …`),
      });
  // Migrations need a session, so they must not go through a pooler.
  const url = embedded?.url ?? direct ?? own ?? "";
  try {
    // As in production, where there is no Prisma.
    if (args.join(" ") === "migrate deploy") return await deploy(url);
    const code = await withEngine(args, url);
    if (command !== "migrate" || subcommand !== "dev") return code;
    return await finish(code);
  } finally {
    await embedded?.stop();
  }
}

/** Runs a command of Prisma that needs its engine. */
function withEngine(command: string[], url: string): Promise<number> {
  return prisma(command, url, engineEnv());
}

/**
 * Without a terminal, Prisma waits forever for the name of a migration. To a reset it answers with
 * a page of text, after PostgreSQL has started. These messages are short and come first.
 */
function refuseToAsk(command: string): void {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: "string", short: "n" },
      force: { type: "boolean", short: "f" },
      help: { type: "boolean", short: "h" },
    },
    strict: false,
  });
  if (values.help) return;
  if (command === "migrate dev" && !values.name) {
    throw new AppError(
      "NAME_MISSING",
      "Without a terminal the migration needs a name: pnpm db:migrate --name add-phone",
    );
  }
  if (command === "migrate reset" && !values.force) {
    throw new AppError(
      "FORCE_MISSING",
      "Without a terminal nobody can confirm that all data is deleted: pnpm db:reset --force",
    );
  }
}

async function deploy(url: string): Promise<number> {
  for (const name of await migrate(url)) console.log(`applied ${name}`);
  console.log("The database has every migration.");
  return 0;
}

/** Warns if the previous version may fail after a migration. `--safe why` marks it as safe. */
async function checkSafety(): Promise<void> {
  const left = withoutSafe(await onEmptyDatabase(checkMigrations));
  if (left.length === 0) return;
  if (safe) markSafe(left, safe);
  else console.warn(report(left));
}

/** Takes `--name value` or `--name=value` out of the arguments. */
function takeOption(name: string): string | undefined {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  const arg = args[at];
  if (arg === undefined) return undefined;
  return arg === name ? args.splice(at, 2)[1] : args.splice(at, 1)[0]?.slice(name.length + 1);
}

/** Does what Prisma 7 leaves out after `migrate dev`. @param code the exit code of `migrate dev` */
async function finish(code: number): Promise<number> {
  if (code !== 0 || args.includes("--create-only")) console.error(OUR_COMMANDS);
  if (code !== 0) return code;
  await checkSafety();
  return await prisma(["generate"]);
}

/**
 * Writes a migration as `migrate dev` does, for a program that deletes a part. That program may
 * change no database, because DATABASE_URL may name production's.
 */
async function write(url: string): Promise<number> {
  await migrate(url);
  return await finish(await withEngine(["migrate", "dev", ...args.slice(1)], url));
}

/** Fails if a migration is missing, and prints its SQL. */
async function drift(url: string): Promise<number> {
  await migrate(url);
  const compare = ["--from-config-datasource", "--to-schema", "prisma/schema.prisma"];
  return await withEngine(["migrate", "diff", ...compare, "--script", "--exit-code"], url);
}
