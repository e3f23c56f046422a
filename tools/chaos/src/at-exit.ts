import { spawn } from "node:child_process";

/** A shell command that runs when this process has ended, or earlier by `now`. */
export interface AtExit {
  /** Runs it now, once, and resolves when it has run. */
  now: () => Promise<void>;
  /** Cancels the command. */
  never: () => void;
}

/**
 * Runs a shell command when this process ends in any way, even by kill -9: it resumes, unmounts or
 * ends what a campaign has left. The shell waits for the end of a pipe.
 *
 * @param args `$0`, `$1`, … of the command
 */
export function atExit(command: string, ...args: string[]): AtExit {
  // In its own group, so that Ctrl-C reaches only the campaign.
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
