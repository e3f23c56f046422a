import { AppError } from "@repo/errors";
import { type Env, readEnv } from "./env.ts";
import { runWorker } from "./worker.ts";

/**
 * Runs the worker. If the start fails, it writes one message to standard error and sets exit code
 * 1.
 *
 * @param read reads the settings. Default: `readEnv`.
 */
export async function start(read: () => Env = readEnv): Promise<void> {
  try {
    await runWorker(read());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
