import { AppError } from "@repo/errors";
import { type Env, readEnv } from "./env.ts";
import { runWorker } from "./worker.ts";

/**
 * Runs the worker. A start that fails is one message on standard error and exit code 1.
 *
 * @param read the settings; only development reads others
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
