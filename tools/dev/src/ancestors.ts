import { execFileSync } from "node:child_process";

const INTERVAL_MS = 500;

/**
 * Calls back when the pnpm or npx that runs this process has died without a signal, for example by
 * kill -9. The shell that started them does not count: it may end and leave them running.
 */
export function onOrphaned(callback: () => void): void {
  const runners = packageManagers();
  setInterval(() => {
    if (!runners.every(isAlive)) callback();
  }, INTERVAL_MS).unref();
}

/** Needs `ps`. Without it, and on Windows, their death goes unnoticed. */
function packageManagers(): number[] {
  const chain: { pid: number; args: string }[] = [];
  try {
    for (let pid = process.ppid; pid > 1;) {
      const line = execFileSync("ps", ["-o", "ppid=", "-o", "args=", "-p", `${pid}`], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
      const [, parent, args = ""] = /^\s*(\d+)\s+(.*)/.exec(line) ?? [];
      chain.push({ pid, args });
      pid = Number(parent ?? 0);
    }
  } catch {
    // No `ps`, or no more parents.
  }
  const top = chain.findLastIndex(({ args }) => /(^|[\s/])(npm|npx|pnpm)\b/.test(args));
  return chain.slice(0, top + 1).map(({ pid }) => pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
