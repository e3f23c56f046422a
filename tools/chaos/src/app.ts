import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { withEnv } from "@repo/measure/env";
import { ENDS_WITH_US } from "@repo/measure/ends-with-us";
import type { Setup } from "./campaign.ts";

/** An app, as `pnpm dev` runs it. */
export interface App {
  /** Kills it (-9) and starts it again. */
  restart(): Promise<void>;
  /** The peak memory of all its processes, in MB. 0 if not on Linux. */
  memory(): number;
}

const apps = path.resolve(import.meta.dirname, "../../../apps");

export function startApp(setup: Setup, name: "web" | "worker", env: NodeJS.ProcessEnv): App {
  let most = 0;
  let child = start();
  setup.atEnd(end);

  function start(): ChildProcess {
    return spawn(process.execPath, ["--import", ENDS_WITH_US, "--import", "tsx", "src/dev.ts"], {
      cwd: path.join(apps, name),
      env: withEnv({ ...env, TSX_TSCONFIG_PATH: "../../tsconfig.base.json", LOG_LEVEL: "fatal" }),
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  }
  async function end(): Promise<void> {
    memory();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }
  function memory(): number {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      most = Math.max(most, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended, or this is not Linux.
    }
    return Math.round(most);
  }
  return {
    async restart() {
      await end();
      child = start();
    },
    memory,
  };
}
