import { AppError } from "@repo/db/error";
import { readEnv } from "./env.ts";
import { runWorker } from "./worker.ts";

try {
  await runWorker(readEnv());
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
