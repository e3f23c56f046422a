import { execFile } from "node:child_process";

export interface Ran {
  code: number | string;
  out: string;
  err: string;
}

/** Runs a command as the root's script does, without a terminal. */
export function runCommand(
  args: string[],
  env: NodeJS.ProcessEnv,
  nodeArgs: string[] = [],
): Promise<Ran> {
  return new Promise((resolve) => {
    const cwd = `${import.meta.dirname}/..`;
    execFile(
      process.execPath,
      [...nodeArgs, "src/main.ts", ...args],
      { cwd, env },
      (error, out, err) => resolve({ code: error?.code ?? 0, out, err }),
    );
  });
}
