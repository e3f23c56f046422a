// The Prisma CLI, given a database and a schema engine: `node src/prisma-cli.ts migrate dev`.
// One command of its own: `drift`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import { requirePublicSchema } from "./address.ts";
import { schemaDrift } from "./drift.ts";
import { startPostgres } from "./embedded.ts";
import { readEnv, root, withEnv } from "./env.ts";
import { AppError } from "@repo/errors";

const folder = path.join(import.meta.dirname, "..");
const env = readEnv();
const args = process.argv.slice(2);

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const [command = "", subcommand] = args;
  if (!process.stdin.isTTY) refuseToAsk(`${command} ${subcommand}`);
  if (command === "drift") return await drift();
  if (!["migrate", "db", "studio"].includes(command)) return await prisma(args, "postgresql://");
  const embedded = env.databaseUrl
    ? undefined
    : await startPostgres({
        dataDir: path.join(root, ".local/pg"),
        onProgress: (step) => console.log(`${step} …`),
      });
  try {
    const code = await prisma(args, env.databaseUrl ?? embedded?.url ?? "");
    // Prisma 7 leaves the client as it was.
    if (code !== 0 || command !== "migrate" || subcommand !== "dev") return code;
    return await prisma(["generate"], "postgresql://");
  } finally {
    await embedded?.stop();
  }
}

/**
 * Without a terminal Prisma refuses to ask, with one exception: it waits for ever for the name of
 * a migration. Its refusal to reset is a page of text, and comes once PostgreSQL has started.
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
      "Without a terminal nobody can confirm that all data may go: pnpm db:reset --force",
    );
  }
}

/** Fails, with the SQL of a migration that is missing. */
async function drift(): Promise<number> {
  const sql = await schemaDrift();
  if (sql) console.log(sql);
  return sql ? 1 : 0;
}

async function prisma(command: string[], url: string): Promise<number> {
  requirePublicSchema(url);
  const cli = path.join(
    path.dirname(createRequire(import.meta.url).resolve("prisma/package.json")),
    "build/index.js",
  );
  const child = spawn(process.execPath, [cli, ...command], {
    cwd: folder,
    stdio: "inherit",
    env: withEnv({
      DATABASE_URL: url,
      ...schemaEngine(command),
      CHECKPOINT_DISABLE: "1",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
    }),
  });
  // Ctrl-C reaches the child as well; its end is ours.
  process.on("SIGINT", () => {});
  process.once("SIGTERM", () => child.kill());
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

/**
 * On Unix always the engine of ./schema-engine.ts: the same with a network and without.
 * Windows cannot start a script as a program: there Prisma downloads its own, except for the
 * commands that only look whether one exists.
 */
function schemaEngine([command = ""]: string[]): NodeJS.ProcessEnv {
  if (env.schemaEngine) return {};
  const unused = ["generate", "validate", "format", "version"].includes(command);
  if (unused) return { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
  if (process.platform === "win32") return {};
  return {
    PRISMA_SCHEMA_ENGINE_BINARY: path.join(import.meta.dirname, "schema-engine.ts"),
    // It is started by `env node`: that must be this Node.js, which strips its types.
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${env.path}`,
  };
}
