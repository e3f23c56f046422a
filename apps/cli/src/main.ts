// The operator's commands: `node src/main.ts log --to name@example.com`.
import { AppError } from "@repo/errors";

/** Runs with the arguments after its name. @returns the exit code */
type Command = (args: string[]) => Promise<number>;

// Each command is imported when it runs. A missing module is then reported in one line too.
const COMMANDS = new Map<string, () => Promise<Command>>([
  ["log", async () => (await import("./log.ts")).log],
  ["suppressions", async () => (await import("./suppressions.ts")).suppressions],
  ["retry", async () => (await import("./operate.ts")).retry],
  ["cancel", async () => (await import("./operate.ts")).cancel],
  ["sending", async () => (await import("./sending.ts")).sending],
  ["restored", async () => (await import("./restored.ts")).restored],
  ["evidence", async () => (await import("./evidence.ts")).evidence],
  ["migrate", async () => (await import("./migrate.ts")).migrate],
  ["send", async () => (await import("./send.ts")).send],
  ["api-keys", async () => (await import("./api-keys.ts")).apiKeys],
  ["keys", async () => (await import("./keys.ts")).keys],
  ["doctor", async () => (await import("./doctor.ts")).doctor],
  ["production-access", async () => (await import("./production-access.ts")).productionAccess],
  ["plan", async () => (await import("./plan.ts")).plan],
  ["person-export", async () => (await import("./person.ts")).exportOne],
  ["person-erase", async () => (await import("./person.ts")).eraseOne],
  ["person-role", async () => (await import("./person-role.ts")).role],
]);

const [command = "", ...args] = process.argv.slice(2);

// Nobody reads the output any more, as after `pnpm email:doctor | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

try {
  process.exitCode = await run();
} catch (error) {
  const { code } = error as { code?: string };
  if (code === "ERR_MODULE_NOT_FOUND" && String(error).includes("generated")) {
    console.error("The database client is not generated yet: pnpm --filter @repo/db run generate.");
  } else if (code === "ERR_MODULE_NOT_FOUND" && String(error).includes("@repo/postgres-local")) {
    console.error("DATABASE_URL is not set. Only `pnpm dev` has a database of its own.");
  } else if (error instanceof AppError || code?.startsWith("ERR_PARSE_ARGS")) {
    console.error((error as Error).message);
  } else {
    throw error;
  }
  process.exitCode = 1;
}

async function run(): Promise<number> {
  const load = COMMANDS.get(command);
  if (load) return await (await load())(args.filter((arg) => arg !== "--"));
  const names = [...COMMANDS.keys()].join(", ");
  console.error(`There is no command "${command}". Commands: ${names}.`);
  return 1;
}
