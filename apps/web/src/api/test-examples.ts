// Helpers of the tests that run the programs of docs/api.md.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const page = readFileSync(path.join(import.meta.dirname, "../../../../docs/api.md"), "utf8");
const run = promisify(execFile);

/** The one block of code of this page that contains a text. */
export function example(language: "sh" | "python", text: string): string {
  const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```/gms)];
  const found = blocks.filter(([, name, code]) => name === language && code?.includes(text));
  if (found.length !== 1) throw new Error(`${found.length} blocks of ${language} have "${text}"`);
  return found[0]?.[2] ?? "";
}

/** @returns what the program has printed. @throws Error if it fails */
export async function runPython(code: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  // -I: nothing of this machine's user changes what it does.
  return (await run("python3", ["-I", "-c", code], { env: { ...paths, ...env } })).stdout;
}

/** @throws Error if it fails */
export async function runShell(code: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  return (await run("sh", ["-ec", code], { env: { ...paths, ...env } })).stdout;
}

const paths = { PATH: process.env["PATH"] };

/** Why a test cannot run here. Undefined: it can. */
export async function lacks(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    await run(program, args);
    return undefined;
  } catch {
    return `${[program, ...args].join(" ")} does not work on this machine`;
  }
}
