import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { AppError } from "@repo/errors";

/**
 * Runs programs until all have ended. They share this process's environment and output and get its
 * signals. When one ends, the others get SIGTERM.
 *
 * @param files scripts for Node.js
 * @returns the exit code of the first program that failed, as a shell reports it; or 0
 * @throws AppError `NOT_BUILT` if one of them does not exist
 */
export async function runTogether(files: string[]): Promise<number> {
  const missing = files.find((file) => !existsSync(file));
  if (missing) throw new AppError("NOT_BUILT", `There is no ${missing}: run pnpm build first.`);
  const children = files.map((file) => spawn(process.execPath, [file], { stdio: "inherit" }));
  let told = false;
  // SIGTERM even for SIGINT, which the terminal has sent to the programs already. Only once: while
  // Node.js ends, it handles no signals, so a second one would kill it.
  const end = () => {
    if (told) return;
    told = true;
    for (const child of children) child.kill("SIGTERM");
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, end);
  let failed = 0;
  await Promise.all(
    children.map(async (child) => {
      const code = await exitCodeOf(child);
      failed ||= code;
      end();
    }),
  );
  for (const signal of signals) process.off(signal, end);
  return failed;
}

async function exitCodeOf(child: ChildProcess): Promise<number> {
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}
