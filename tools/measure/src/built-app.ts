import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { withEnv } from "./env.ts";
import { ENDS_WITH_US } from "./ends-with-us.ts";

/** A built app in its own process, as in production. */
export interface BuiltApp {
  /** The port that it listens on. Worker: 0. */
  port: number;
  /** Ends it and waits for its end. */
  stop(): Promise<void>;
}

const apps = path.resolve(import.meta.dirname, "../../../apps");
// The last line that each writes during its start.
const READY = { web: "listening", worker: "worker ready" };

/**
 * @param env added to the common settings
 * @throws Error with the app's output if it does not start
 */
export async function startBuiltApp(
  name: keyof typeof READY,
  env: NodeJS.ProcessEnv,
): Promise<BuiltApp> {
  const cwd = path.join(apps, name);
  if (!existsSync(path.join(cwd, "dist/main.mjs")))
    throw new Error(`${name} is not built: run pnpm build`);
  const child = spawn(process.execPath, ["--import", ENDS_WITH_US, "dist/main.mjs"], {
    cwd,
    env: withEnv({ ...SETTINGS, ...env }),
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const { stdout } = child;
  if (!stdout) throw new Error(`${name} has no output to read`);
  const said: string[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(stdout).on("line", (line) => {
      // Later lines are read and dropped. Otherwise the app would wait for a reader.
      if (said.length < 50) said.push(line);
      if (line.includes(`"msg":"${READY[name]}"`))
        resolve((JSON.parse(line) as { port?: number }).port ?? 0);
    });
    child.once("exit", () => reject(new Error(`${name} did not start:\n${said.join("\n")}`)));
  });
  return {
    port,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      await exit;
    },
  };
}

const SETTINGS = {
  NODE_ENV: "production",
  // In production LIMIT_SCALE is not allowed.
  APP_ENV: "staging",
  APP_URL: "http://localhost:3000",
  HOST: "127.0.0.1",
  DRAIN_SECONDS: "0",
  PORT: "0",
  AUTH_SECRET: "a secret of the benchmarks with 32 characters",
  UNSUBSCRIBE_KEY: "a key of links of the benchmarks of 32 characters",
  EMAIL_KEY: "a key of the benchmarks with 32 characters",
  OPT_OUT_KEY: "a key of opt-outs of the benchmarks",
  EMAIL_FROM: "Example <hello@example.com>",
  SES_EVENTS_TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:ses-events",
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
};
