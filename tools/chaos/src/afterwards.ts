import { spawn } from "node:child_process";

/** A shell command that runs when this process is gone, also by kill -9, or before that by `now`. */
export interface Afterwards {
  /** Runs it now, once, and resolves when it has run. */
  now: () => Promise<void>;
  /** There is nothing left for it to do. */
  never: () => void;
}

/**
 * Leaves nothing stopped, mounted or running behind, however this process ends: the end of a
 * pipe tells the shell.
 *
 * @param args `$0`, `$1`, … of the command
 */
export function afterwards(command: string, ...args: string[]): Afterwards {
  // In a group of its own: Ctrl-C is for the campaign.
  const shell = spawn("sh", ["-c", `cat >/dev/null; ${command}`, ...args], {
    stdio: ["pipe", "ignore", "inherit"],
    detached: true,
  });
  const ran = new Promise<void>((resolve, reject) => {
    shell.once("error", reject);
    shell.once("close", () => resolve());
  });
  return {
    now() {
      shell.stdin.end();
      return ran;
    },
    never: () => shell.kill("SIGKILL"),
  };
}
