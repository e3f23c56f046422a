import { AppError } from "@repo/errors";
import type { SnsFetch } from "@repo/email/events";
import { type Env, readEnv } from "./env.ts";
import { runWorker } from "./worker.ts";

/**
 * Runs the worker by its environment. A start that fails is one message on standard error and
 * exit code 1.
 *
 * @param snsFetch what asks SNS; only development brings another
 */
export async function start(snsFetch?: (env: Env) => SnsFetch | undefined): Promise<void> {
  try {
    const env = readEnv();
    await runWorker(env, snsFetch?.(env));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
