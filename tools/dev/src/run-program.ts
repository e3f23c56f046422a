import { AppError } from "@repo/errors";

/**
 * Runs a program. An AppError is for the person who started it: only its message is printed.
 *
 * @param main returns the exit code
 */
export async function runProgram(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
