// The operator's commands: `node src/main.ts log --to name@example.com`.
import { AppError } from "@repo/errors";

const [command = "", ...args] = process.argv.slice(2);

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

/** @returns the exit code */
async function run(): Promise<number> {
  // Imported here, so that a missing module ends in one line too.
  if (command === "log") return await (await import("./log.ts")).log(args);
  if (command === "suppressions") {
    return await (await import("./suppressions.ts")).suppressions(args);
  }
  if (command === "retry") return await (await import("./operate.ts")).retry(args);
  if (command === "cancel") return await (await import("./operate.ts")).cancel(args);
  if (command === "person-export") return await (await import("./person.ts")).exportOne(args);
  if (command === "person-erase") return await (await import("./person.ts")).eraseOne(args);
  if (command === "restored") return await (await import("./restored.ts")).restored(args);
  if (command === "evidence") return await (await import("./evidence.ts")).evidence(args);
  if (command === "migrate") return await (await import("./migrate.ts")).migrate(args);
  if (command === "send") return await (await import("./send.ts")).send(args);
  if (command === "doctor") return await (await import("./doctor.ts")).doctor(args);
  if (command === "keys") return await (await import("./keys.ts")).keys(args);
  console.error(
    `There is no command "${command}". Commands: log, suppressions, retry, cancel, restored, evidence, migrate, send, keys, doctor, person-export, person-erase.`,
  );
  return 1;
}
