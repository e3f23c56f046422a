import { parseArgs } from "node:util";
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
    const { values } = parseArgs({ options: { once: { type: "boolean" } } });
    await runWorker(read(), values);
  } catch (error) {
    const isUsage = (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
    if (!(error instanceof AppError) && !isUsage) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
