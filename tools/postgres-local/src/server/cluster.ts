import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { AppError } from "@repo/errors";
import { findBinaries } from "./binaries.ts";
import { type Owner, ownerOf, run } from "./run.ts";

/** The database of the apps. The database `postgres` is for the locks. */
const DATABASE = "app";

// A cluster's folder contains data/ (PGDATA), password (the superuser's), log (of the last start).
const DATA = "data";
const PASSWORD = "password";
const LOG = "log";

const SETTINGS = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "max_connections=200",
  "timezone=UTC",
  "log_timezone=UTC",
  // The password has 128 random bits, so stretching it would only slow down connections.
  "scram_iterations=1",
];

/** Faster, but a crash of the machine may lose data. */
const FAST_SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/**
 * Connects to the running server with this folder's data.
 *
 * @returns a superuser's connection to the database `postgres`, or undefined if none runs
 */
export async function connectTo(
  folder: string,
  applicationName: string,
): Promise<pg.Client | undefined> {
  for (;;) {
    const url = urlOf(folder, "postgres");
    if (!url) return undefined;
    const client = new pg.Client({
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: 5000,
    });
    // If the connection is lost later, the next query fails.
    client.on("error", () => {});
    try {
      await client.connect();
      const { rows } = await client.query<{ data: string }>(
        "SELECT current_setting('data_directory') AS data",
      );
      // After a crash another server may have got this port.
      if (path.resolve(rows[0]?.data ?? "") === path.join(realpathSync(folder), DATA)) {
        return client;
      }
      await client.end();
      return undefined;
    } catch (error) {
      await client.end();
      // 57P03: starting up or shutting down, so try again.
      if ((error as { code?: string }).code !== "57P03") return undefined;
      await sleep(50);
    }
  }
}

/** The URL from postmaster.pid and the password file. The server may not answer. */
export function urlOf(folder: string, database = DATABASE): string | undefined {
  try {
    const port = readPidFile(folder)[3];
    const password = readFileSync(path.join(folder, PASSWORD), "utf8");
    return port && `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new AppError(
      "POSTGRES_FAILED",
      `${folder} cannot be read, because another user made it. Remove it, or use that user account.`,
      { cause: error },
    );
  }
}

/** Creates the cluster if there is none, and starts its server on a free port. */
export async function startCluster(
  folder: string,
  options: { fast: boolean; onProgress: (step: string) => void },
): Promise<void> {
  const binaries = findBinaries();
  assertQuotable(folder);
  assertQuotable(path.dirname(binaries.initdb));
  if (!existsSync(folder)) {
    options.onProgress("Creating the database");
    await createCluster(folder, binaries.initdb, options.fast);
  }
  removeStalePidFile(folder);
  const owner = ownerOf(folder);
  const port = await freePort();
  const log = openLog(folder, owner);
  try {
    const code = await run(
      binaries.pgCtl,
      [
        "start",
        "-s",
        "-w",
        "-t",
        "60",
        ...at(folder),
        "-l",
        path.join(folder, LOG),
        "-o",
        `-p ${port}`,
      ],
      { owner, folder: realpathSync(folder), log },
    );
    if (code !== 0) throw failed("start", folder, readLog(folder));
  } finally {
    closeSync(log);
  }
}

/** Ends the server: open transactions are rolled back, the data is complete on disk. */
export async function stopCluster(folder: string): Promise<void> {
  const log = openSync(path.join(folder, LOG), "a");
  await run(findBinaries().pgCtl, ["stop", "-s", "-w", "-m", "fast", ...at(folder)], {
    owner: ownerOf(folder),
    folder: realpathSync(folder),
    log,
  });
  closeSync(log);
}

/**
 * PostgreSQL's programs call each other through a shell, with paths in double quotes, where these
 * characters are special (POSIX.1, 2.2.3).
 */
function assertQuotable(folder: string): void {
  const [character] = /["$`\\]/.exec(folder) ?? [];
  if (process.platform === "win32" || !character) return;
  throw new AppError(
    "POSTGRES_UNAVAILABLE",
    `The embedded PostgreSQL cannot start from a path that has ${character} in it: ${folder}. Move the clone, or set DATABASE_URL.`,
  );
}

function at(folder: string): string[] {
  return ["-D", path.join(realpathSync(folder), DATA)];
}

/**
 * Creates the cluster in another folder and then renames that folder, so that a folder with the
 * cluster's name is always complete.
 */
async function createCluster(folder: string, initdb: string, fast: boolean): Promise<void> {
  mkdirSync(path.dirname(folder), { recursive: true });
  const fresh = mkdtempSync(`${folder}.new-`);
  const owner = ownerOf(folder);
  try {
    const password = path.join(fresh, PASSWORD);
    writeFileSync(password, randomBytes(16).toString("hex"), { mode: 0o600 });
    if (owner) for (const file of [fresh, password]) chownSync(file, owner.uid, owner.gid);
    const log = openLog(fresh, owner);
    const settings = fast ? [...SETTINGS, ...FAST_SETTINGS] : SETTINGS;
    const code = await run(
      initdb,
      [
        ...at(fresh),
        "--username=postgres",
        `--pwfile=${password}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        // Not the machine's locale, so that ORDER BY and lower() give the same results everywhere.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        ...(fast ? ["--no-sync"] : []),
        ...settings.flatMap((setting) => ["-c", setting]),
      ],
      { owner, folder: realpathSync(fresh), log },
    );
    closeSync(log);
    if (code !== 0) throw failed("be set up", folder, readLog(fresh));
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Another process has created it in the meantime.
    if (existsSync(folder)) return;
    throw error;
  }
}

function openLog(folder: string, owner: Owner | undefined): number {
  const file = path.join(folder, LOG);
  const log = openSync(file, "w");
  if (owner) chownSync(file, owner.uid, owner.gid);
  return log;
}

function readLog(folder: string): string {
  return readFileSync(path.join(folder, LOG), "utf8");
}

function failed(step: string, folder: string, log: string): AppError {
  const lines = log.trim().split("\n");
  const reason = lines.findLast((line) => /FATAL|error:/.test(line)) ?? lines.at(-1) ?? "no log";
  return new AppError(
    "POSTGRES_FAILED",
    `The embedded PostgreSQL could not ${step}: ${reason.trim()} ` +
      `(log: ${path.join(folder, LOG)}). To start without its data, remove ${folder}, or set DATABASE_URL.`,
    { retryable: true },
  );
}

/** Lines: pid, PGDATA, start time, port, … */
function readPidFile(folder: string): string[] {
  return readFileSync(path.join(folder, DATA, "postmaster.pid"), "utf8").split("\n");
}

/**
 * A killed server leaves its pid file. PostgreSQL ignores it if the process is gone, but not if
 * another program now has the same pid, as in a restarted container. Only Linux can tell that
 * without a helper program.
 */
function removeStalePidFile(folder: string): void {
  try {
    const pid = readPidFile(folder)[0]?.trim();
    if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "postgres") return;
    rmSync(path.join(folder, DATA, "postmaster.pid"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
