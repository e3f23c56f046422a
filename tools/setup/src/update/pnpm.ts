import { spawn } from "node:child_process";
import { once } from "node:events";
import { pnpmFile } from "../env.ts";

/**
 * Runs the pnpm that runs this command.
 *
 * @returns all that it prints, and whether it has succeeded
 */
export async function pnpm(
  folder: string,
  args: string[],
): Promise<{ succeeded: boolean; output: string }> {
  const { program, before } = find(pnpmFile());
  const child = spawn(program, [...before, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { succeeded: code === 0, output };
}

/** A program to start without a shell, which Windows needs for a .cmd. Older ones are scripts. */
function find(file: string): { program: string; before: string[] } {
  return /\.[cm]?js$/.test(file)
    ? { program: process.execPath, before: [file] }
    : { program: file, before: [] };
}
