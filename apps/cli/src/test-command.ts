import { execFile } from "node:child_process";
import { expect, it } from "vitest";

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

/** Tests that a command refuses arguments in one line that has the text. */
export function refusesInOneLine(
  run: (args: string[]) => Promise<Ran>,
  cases: [args: string[], text: string][],
): void {
  it.each(cases)("refuses %j in one line", async (args, text) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(text);
    expect(err.trimEnd()).not.toContain("\n");
  });
}
