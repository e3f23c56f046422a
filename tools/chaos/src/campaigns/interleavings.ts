import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import { text } from "node:stream/consumers";
import { withEnv } from "@repo/measure/env";
import { afterwards } from "../afterwards.ts";
import type { Findings, Setup } from "../campaign.ts";

const email = path.resolve(import.meta.dirname, "../../../../packages/email");
const test = "src/delivery/interleavings.test.ts";

/**
 * The property test of packages/email, with thousands of runs: two workers and an SES that loses
 * answers take any steps in any order. The test itself checks copies and rows after each run.
 */
export async function interleavings({ messages, seed, say, atEnd }: Setup): Promise<Findings> {
  const runs = Math.ceil(messages / 5);
  say(`${runs} runs`);
  const vitest = path.join(
    path.dirname(createRequire(`${email}/`).resolve("vitest/package.json")),
    "vitest.mjs",
  );
  const child = spawn(process.execPath, [vitest, "run", test], {
    cwd: email,
    env: withEnv({ INTERLEAVINGS: String(runs), SEED: String(seed), NO_COLOR: "1" }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = afterwards('kill "$0"', String(child.pid));
  child.once("exit", kill.never);
  atEnd(kill.now);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  // The output has the counterexample with its seed and path.
  if (code !== 0) throw new Error(`${out}\n${err}`.trim().slice(-4_000));
  return { figures: { runs, lost: 0, duplicates: 0 }, bars: { "the invariants hold": true } };
}
