// Helpers of the tests that run the whole program.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { exampleEnv } from "@repo/testing/example-env";
import { onTestFinished } from "vitest";

/**
 * Runs the production entry until the test ends; `line` resolves with the first line that contains
 * a text.
 */
export function startServer(databaseUrl: string, env: Record<string, string> = {}) {
  const started = spawn(process.execPath, ["--import", "tsx", "src/main.ts"], {
    cwd: `${import.meta.dirname}/..`,
    env: {
      ...exampleEnv(),
      PORT: "0",
      APP_URL: "http://localhost:3000",
      AUTH_SECRET: "a".repeat(32),
      EMAIL_KEY: "b".repeat(32),
      UNSUBSCRIBE_KEY: "c".repeat(32),
      OPT_OUT_KEY: "e".repeat(32),
      DATABASE_URL: databaseUrl,
      SES_EVENTS_TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:ses-events",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void started.kill("SIGKILL"));
  let output = "";
  const watchers = new Set<() => void>();
  for (const stream of [started.stdout, started.stderr]) {
    createInterface(stream).on("line", (text) => {
      output += `${text}\n`;
      for (const check of watchers) check();
    });
  }
  const line = (text: string) =>
    new Promise<string>((resolve) => {
      const check = () => {
        const found = output.split("\n").find((candidate) => candidate.includes(text));
        if (found !== undefined) resolve(found);
      };
      watchers.add(check);
      check();
    });
  const exit = once(started, "close").then(([code]) => ({ code: code as number, output }));
  return { process: started, line, exit };
}
