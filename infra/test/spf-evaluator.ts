import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

// Debian's own: a Python from elsewhere does not see Debian's packages.
const PYTHON = "/usr/bin/python3";

/** Whether Debian's python3-spf is there; CI installs it, and fails without. */
export const hasEvaluator = spawnSync(PYTHON, ["-c", "import spf"]).status === 0;

/**
 * Asks another implementation of SPF than ours what a receiver makes of a domain's TXT values.
 *
 * @see spf-evaluate.py for what its DNS holds
 */
export function startEvaluator() {
  const python = spawn(PYTHON, [`${import.meta.dirname}/spf-evaluate.py`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface(python.stdout)[Symbol.asyncIterator]();
  return {
    /**
     * @param strings each value as the strings that DNS has it in
     * @param zone the TXT value of other names
     */
    async evaluate(
      strings: string[][],
      ip: string,
      zone: Record<string, string> = {},
    ): Promise<{ result: string; reason: string }> {
      python.stdin.write(`${JSON.stringify({ txt: strings, ip, zone })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("the evaluator has ended: its error is above");
      return JSON.parse(value) as { result: string; reason: string };
    },
    stop() {
      python.stdin.end();
    },
  };
}
