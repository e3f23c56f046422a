import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { AppError } from "@repo/errors";

const run = promisify(execFile);

/** Runs git in one folder. Resolves to what git prints, without the last line's end. */
export type Git = (...args: string[]) => Promise<string>;

/** @throws what git says, if it fails; AppError `NO_GIT` if there is no git */
export function gitIn(folder: string): Git {
  return async (...args) => {
    try {
      const { stdout } = await run("git", args, { cwd: folder, maxBuffer: 2 ** 28 });
      return stdout.trimEnd();
    } catch (error) {
      const { code, stderr = "" } = error as { code?: string | number; stderr?: string };
      if (code !== "ENOENT") throw new Error(stderr.trim() || String(error), { cause: error });
      throw new AppError("NO_GIT", "git is not installed: https://git-scm.com/downloads", {
        cause: error,
      });
    }
  };
}

/** The entries of an output with `-z`. */
export const entries = (output: string) => output.split("\0").filter((entry) => entry !== "");
