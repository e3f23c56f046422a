import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { withEnv } from "./env.ts";
import { ENDS_WITH_US } from "./ends-with-us.ts";

/** One of the apps as production runs it: built, in a process of its own. */
export interface BuiltApp {
  /** Where it listens; 0 for the worker, which does not. */
  port: number;
  /** Ends it and waits for that. */
  stop(): Promise<void>;
}

const apps = path.resolve(import.meta.dirname, "../../../apps");
// The last line that each writes while it starts.
const READY = { web: "listening", worker: "worker ready" };

/**
 * @param env beside the settings that are the same for everything here
 * @throws Error with what the app said, where it does not start
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
      // The lines that come after are read and forgotten, or the app would wait for a reader.
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
  // Production takes no limits but its own.
  APP_ENV: "staging",
  APP_URL: "http://localhost:3000",
  HOST: "127.0.0.1",
  PORT: "0",
  AUTH_SECRET: "a secret of the benchmarks, 32 characters",
  EMAIL_KEY: "a key of the benchmarks, 32 characters",
  EMAIL_FROM: "Sendoff <hello@example.com>",
  SES_EVENTS_TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:ses-events",
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
};
