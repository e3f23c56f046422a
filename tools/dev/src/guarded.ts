import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { AppError } from "@repo/errors";
import { type Env, root } from "./env.ts";

/** What the guard is to run. */
export type ToGuard = { command: string; args: string[]; env: Env };

/** What the guard tells the launcher. */
export type FromGuard = { type: "locked" | "taken" } | { type: "ended"; reason: string };

/** What ends when this process does, however that ends. */
export type Guarded = {
  /** Runs turbo's `dev` tasks. */
  run: (env: Env) => {
    /** Passes on each line that is printed from now on, until the function it returns is called. */
    onLine: (listener: (line: string) => void) => () => void;
    /** Resolves when turbo has ended by itself, with why. */
    ended: Promise<string>;
  };
  /** Ends it; returns when nothing of it is left. */
  stop: () => Promise<void>;
};

/**
 * Takes the lock of this clone and port; waits for a `pnpm dev` that is ending.
 *
 * @throws AppError `ALREADY_RUNNING`
 */
export async function startGuard(port: number): Promise<Guarded> {
  const lockFile = path.join(root, ".local", `dev-${port}.json`);
  const guard = spawn(process.execPath, [path.join(import.meta.dirname, "guard.ts"), lockFile], {
    detached: true,
    // Turbo's errors go the way of its output.
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    windowsHide: true,
  });
  const exited = once(guard, "exit");
  const answer = await Promise.race([
    once(guard, "message").then(([message]) => message as FromGuard),
    exited.then(() => undefined),
  ]);
  if (!answer) {
    throw new AppError(
      "DEV_FAILED",
      `${path.dirname(lockFile)} cannot be written: remove it, or run as the user who made it.`,
    );
  }
  if (answer.type === "taken") {
    throw new AppError(
      "ALREADY_RUNNING",
      "pnpm dev already runs in this clone: use that one, or end it with Ctrl-C where it runs.",
    );
  }
  return {
    run(env) {
      const turbo = path.join(root, "node_modules", "turbo", "bin", "turbo");
      const args = [turbo, "run", "dev", "--env-mode=loose", "--ui=stream"];
      guard.send({ command: process.execPath, args, env } satisfies ToGuard);
      const output = createInterface({ input: guard.stdout as Readable });
      return {
        onLine(listener) {
          output.on("line", listener);
          return () => output.off("line", listener);
        },
        ended: Promise.race([
          once(guard, "message").then(([message]: FromGuard[]) =>
            message?.type === "ended" ? message.reason : "",
          ),
          exited.then(() => "its guard has ended"),
        ]),
      };
    },
    async stop() {
      if (guard.connected) guard.disconnect();
      await exited;
    },
  };
}
