import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { AppError } from "@repo/errors";
import { isRunning } from "./running.ts";
import { connectTo, urlOf } from "./server/cluster.ts";
import { GUARD_LOCK, type GuardMessage, USE_LOCK } from "./server/locks.ts";

/** A server that this process uses. Its database `app` may not exist yet. */
export type Postgres = {
  /** `postgresql://` URL of the database `app`, with its password. */
  url: string;
  /** Stops using the server. Returns when the server has ended, or at once if others use it. */
  stop: () => Promise<void>;
  /** Resolves when the server has ended, or this process no longer uses it. */
  ended: Promise<void>;
};

/**
 * Starts PostgreSQL 18 with the data in a folder, or joins the server that already runs with it.
 * The server ends when the last process that uses it has called `stop` or has died. It listens on a
 * free port of 127.0.0.1 and asks for the password in the folder.
 *
 * @param options.dataDir created if it does not exist
 * @param options.fast a crash of the machine may lose the data: for tests
 * @param options.onProgress called at each slow step
 * @throws AppError `POSTGRES_UNAVAILABLE` if there is none for this platform, `POSTGRES_FAILED`
 *   with the server's reason if it does not start
 */
export async function startPostgres(options: {
  dataDir: string;
  fast?: boolean;
  onProgress?: (step: string) => void;
}): Promise<Postgres> {
  const dataDir = path.resolve(options.dataDir);
  for (;;) {
    let guard: ChildProcess | undefined;
    try {
      const running = await connectTo(dataDir, "user");
      if (!running || !(await isGuarded(running))) guard = await startGuard(dataDir, options);
      const client = running ?? (await connectTo(dataDir, "user"));
      const url = urlOf(dataDir);
      if (client && url && (await join(client))) {
        // Not `once` of node:events: it would fail, because pg reports a lost connection first.
        const lost = new Promise<void>((resolve) => client.once("end", resolve));
        return { url, ended: lost, stop: () => leave(client, dataDir, options) };
      }
      // The server is about to end. Wait for its end, then start it again.
      await client?.end();
      await sleep(50);
    } finally {
      if (guard?.connected) guard.disconnect();
    }
  }
}

/** The URL of the running server with the data in a folder, if there is one. */
export async function runningPostgres(dataDir: string): Promise<string | undefined> {
  const client = await connectTo(path.resolve(dataDir), "look");
  await client?.end();
  return client && urlOf(path.resolve(dataDir));
}

async function join(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ joined: boolean }>(
    `SELECT pg_try_advisory_lock_shared(${USE_LOCK}) AS joined`,
  );
  return rows[0]?.joined ?? false;
}

async function leave(
  client: pg.Client,
  dataDir: string,
  options: { fast?: boolean },
): Promise<void> {
  const guard = await guardOf(client).catch(() => undefined);
  // Release our lock first. Otherwise two processes that leave at once would see each other, and
  // neither would wait.
  const { rows } = await client
    .query<{ last: boolean }>(
      `SELECT pg_advisory_unlock_shared(${USE_LOCK}), NOT EXISTS (${holders(USE_LOCK, "ShareLock")}) AS last`,
    )
    .catch(() => ({ rows: [{ last: guard !== undefined }] }));
  await client.end();
  if (!rows[0]?.last) return;
  if (guard) return ended(guard);
  // The guard was killed, so start a new one. It stops the server when nobody uses it.
  const successor = await startGuard(dataDir, options);
  if (successor.connected) successor.disconnect();
  if (successor.pid) await ended(successor.pid);
}

async function isGuarded(client: pg.Client): Promise<boolean> {
  return (await guardOf(client)) !== undefined;
}

async function guardOf(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_stat_activity WHERE pid IN (${holders(GUARD_LOCK, "ExclusiveLock")})`,
  );
  return rows[0] && Number(rows[0].name.replace("guard ", ""));
}

function holders(lock: string, mode: "ShareLock" | "ExclusiveLock"): string {
  return `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND mode = '${mode}' AND (classid, objid) = (${lock}) AND pid <> pg_backend_pid()`;
}

/**
 * @returns the guard's process when the server runs. After we disconnect, it may stop the server.
 */
async function startGuard(
  dataDir: string,
  options: { fast?: boolean; onProgress?: (step: string) => void },
): Promise<ChildProcess> {
  const script = path.join(import.meta.dirname, "server", "guard.ts");
  const guard = spawn(process.execPath, [script, dataDir, ...(options.fast ? ["fast"] : [])], {
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    windowsHide: true,
  });
  let stderr = "";
  guard.stderr?.on("data", (data: Buffer) => (stderr += data.toString()));
  await new Promise<void>((resolve, reject) => {
    guard.on("message", (message: GuardMessage) => {
      if (message.type === "progress") options.onProgress?.(message.step);
      else if (message.type === "ready") resolve();
      else reject(new AppError(message.code, message.message));
    });
    guard.once("error", reject);
    guard.once("exit", () =>
      reject(new AppError("POSTGRES_FAILED", `PostgreSQL's guard ended: ${stderr}`)),
    );
  });
  guard.stderr?.destroy();
  guard.unref();
  return guard;
}

async function ended(pid: number): Promise<void> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(20)) {
    if (!isRunning(pid)) return;
  }
}
