import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { AppError } from "@repo/errors";
import { type Env, root } from "./env.ts";

/** The command that the guard runs. */
export type ToGuard = { command: string; args: string[]; env: Env };

/** What the guard tells the launcher. */
export type FromGuard = { type: "locked" | "taken" } | { type: "ended"; reason: string };

/** Services that end when this process ends in any way. */
export type Guarded = {
  /** Runs turbo's `dev` tasks. */
  run: (env: Env) => {
    /** Calls the listener for each new line. Returns a function that removes the listener. */
    onLine: (listener: (line: string) => void) => () => void;
    /** Resolves with the reason when turbo ends by itself. */
    ended: Promise<string>;
  };
  /** Ends the services; returns when all have ended. */
  stop: () => Promise<void>;
};

/**
 * Takes the lock of this clone and port. It waits for a `pnpm dev` that is ending.
 *
 * @throws AppError `ALREADY_RUNNING`
 */
export async function startGuard(port: number): Promise<Guarded> {
  const lockFile = path.join(root, ".local", `dev-${port}.json`);
  const guard = spawn(process.execPath, [path.join(import.meta.dirname, "guard.ts"), lockFile], {
    detached: true,
    // turbo's errors go to its output.
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
      `${path.dirname(lockFile)} cannot be written. Remove it, or use the user account that made it.`,
    );
  }
  if (answer.type === "taken") {
    throw new AppError(
      "ALREADY_RUNNING",
      "pnpm dev already runs in this clone: use that one, or press Ctrl-C in its terminal.",
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
