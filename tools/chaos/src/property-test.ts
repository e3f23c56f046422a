import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import { text } from "node:stream/consumers";
import { withEnv } from "@repo/measure/env";
import { atExit } from "./at-exit.ts";
import type { Setup } from "./campaign.ts";

const packages = path.resolve(import.meta.dirname, "../../../packages");

/**
 * Runs a property test of a package, by itself.
 *
 * @param file for example `email/src/send.test.ts`
 * @param env sets how many runs it makes
 * @throws Error with the output, which has the counterexample with its seed and path
 */
export async function runPropertyTest(
  { seed, atEnd }: Setup,
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const [name = "", ...rest] = file.split("/");
  const cwd = path.join(packages, name);
  const vitest = path.join(
    path.dirname(createRequire(`${cwd}/`).resolve("vitest/package.json")),
    "vitest.mjs",
  );
  const child = spawn(process.execPath, [vitest, "run", rest.join("/")], {
    cwd,
    env: withEnv({ SEED: String(seed), NO_COLOR: "1", ...env }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = atExit('kill "$0"', String(child.pid));
  child.once("exit", kill.never);
  atEnd(kill.now);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  if (code !== 0) throw new Error(`${out}\n${err}`.trim().slice(-4_000));
}
