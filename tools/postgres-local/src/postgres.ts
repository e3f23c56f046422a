import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { AppError } from "@repo/errors";
import { connectTo, urlOf } from "./server/cluster.ts";
import { GUARD_LOCK, type GuardMessage, USE_LOCK } from "./server/locks.ts";

/** A server in use by this process; its database `app` may not exist yet. */
export type Postgres = {
  /** `postgresql://` URL of the database `app`, with its password. */
  url: string;
  /** Ends this use of it. Returns when the server has ended, or at once if others use it. */
  stop: () => Promise<void>;
};

/**
 * Starts PostgreSQL 18 on the data in a folder, or joins the one that already runs on it. It
 * ends when the last process that uses it has called `stop` or has died, by whatever means.
 * It listens on a free port of 127.0.0.1 and asks for a password that the folder holds.
 *
 * @param options.dataDir created where it does not exist
 * @param options.fast a crash of the machine may lose the data: for tests
 * @param options.onProgress told about each slow step
 * @throws AppError `POSTGRES_UNAVAILABLE` where there is none for this platform,
 *   `POSTGRES_FAILED` with the server's own reason when it does not start
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
        return { url, stop: () => leave(client, dataDir, options) };
      }
      // It is about to end: wait for that, then start it anew.
      await client?.end();
      await sleep(50);
    } finally {
      if (guard?.connected) guard.disconnect();
    }
  }
}

/** The URL of the server that runs on the data in a folder, if one does. */
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
  // Ours is given back first: two who leave at once would each see the other, and neither wait.
  const { rows } = await client
    .query<{ last: boolean }>(
      `SELECT pg_advisory_unlock_shared(${USE_LOCK}), NOT EXISTS (${holders(USE_LOCK, "ShareLock")}) AS last`,
    )
    .catch(() => ({ rows: [{ last: guard !== undefined }] }));
  await client.end();
  if (!rows[0]?.last) return;
  if (guard) return ended(guard);
  // It was killed, so that nobody would stop the server: a new one does, unless others use it.
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

/** @returns the guard's process once the server runs; disconnecting from it lets it stop it */
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
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
  }
}
