// Stops the embedded PostgreSQL when nobody uses it any more. It is a separate process in its own
// session, so it survives Ctrl-C and a kill -9 of the process that started it.
//
// PostgreSQL itself counts the users: each holds a shared advisory lock, which ends with its
// connection. The guard asks for the same lock exclusively. When it gets the lock, nobody uses the
// server, and nobody can start to.
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { AppError } from "@repo/errors";
import { connectTo, startCluster, stopCluster } from "./cluster.ts";
import { GUARD_LOCK, type GuardMessage, USE_LOCK } from "./locks.ts";

const POLL_MS = 200;
const ATTEMPTS = 3;

const [folder, kind] = process.argv.slice(2);
if (!folder) throw new Error("usage: guard.ts FOLDER [fast]");
const fast = kind === "fast";

// Resolves when the process that started us disconnects: it uses the server by then, or has ended.
const released = new Promise<void>((resolve) => process.once("disconnect", resolve));

try {
  await guard(folder);
} catch (error) {
  const code = error instanceof AppError ? error.code : "POSTGRES_FAILED";
  send({ type: "error", code, message: (error as Error).message });
  process.exitCode = 1;
}
if (process.connected) process.disconnect();

async function guard(dataDir: string): Promise<void> {
  const client = await start(dataDir);
  const { rows } = await client.query<{ mine: boolean }>(
    `SELECT pg_try_advisory_lock(${GUARD_LOCK}) AS mine`,
  );
  send({ type: "ready" });
  await released;
  if (rows[0]?.mine) {
    await unused(client);
    await stopCluster(dataDir);
  }
  await client.end();
}

async function start(dataDir: string): Promise<pg.Client> {
  const onProgress = (step: string) => send({ type: "progress", step });
  for (let attempt = 1; ; attempt++) {
    const running = await connectTo(dataDir, `guard ${process.pid}`);
    if (running) return running;
    try {
      await startCluster(dataDir, { fast, onProgress });
    } catch (error) {
      // Another process may be starting it too, or may have taken the free port.
      if (attempt === ATTEMPTS || !(error instanceof AppError) || !error.retryable) throw error;
      await sleep(1000);
    }
  }
}

/** Resolves when nobody uses the server, or when the server has ended. */
async function unused(client: pg.Client): Promise<void> {
  for (;;) {
    try {
      const { rows } = await client.query<{ alone: boolean }>(
        `SELECT pg_try_advisory_lock(${USE_LOCK}) AS alone`,
      );
      if (rows[0]?.alone) return;
    } catch {
      return;
    }
    await sleep(POLL_MS);
  }
}

function send(message: GuardMessage): void {
  if (process.connected) process.send?.(message);
}
