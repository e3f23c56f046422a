import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runningPostgres, startPostgres } from "./postgres.ts";
import { execute } from "./testing.ts";

let folder: string;
let dataDir: string;
const users: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "postgres-embedded-"));
  dataDir = path.join(folder, "pg");
});

afterEach(async () => {
  for (const user of users.splice(0)) user.kill("SIGKILL");
  await ended();
  rmSync(folder, { recursive: true, force: true });
});

test("starts, reports each slow step, and keeps the data for the next start", async () => {
  const onProgress = vi.fn<(step: string) => void>();
  const first = await startPostgres({ dataDir, onProgress });
  expect(await runningPostgres(dataDir)).toBe(first.url);
  await execute(serverOf(first.url), "CREATE TABLE kept ()");
  await first.stop();
  expect(await runningPostgres(dataDir)).toBeUndefined();
  const second = await startPostgres({ dataDir, onProgress });
  await execute(serverOf(second.url), "SELECT FROM kept");
  await second.stop();
  expect(onProgress).toHaveBeenCalledExactlyOnceWith("Creating the database");
});

test("starts in a folder with spaces, quotes and accents in its name", async () => {
  dataDir = path.join(folder, "it's José's (50 % & more)");
  const { stop } = await startPostgres({ dataDir, fast: true });
  await stop();
});

test.runIf(process.platform !== "win32").each(["$", '"', "`", "\\"])(
  "says that a path cannot have %s in it, and what to do",
  async (character) => {
    dataDir = path.join(folder, `pri${character}e`);
    await expect(startPostgres({ dataDir })).rejects.toMatchObject({
      code: "POSTGRES_UNAVAILABLE",
      message: `The embedded PostgreSQL cannot start from a path that has ${character} in it: ${dataDir}. Move the clone, or set DATABASE_URL.`,
    });
    expect(existsSync(dataDir)).toBe(false);
  },
);

test("asks for the password that is only in its folder", async () => {
  const { url, stop } = await startPostgres({ dataDir, fast: true });
  const other = new URL(serverOf(url));
  other.password = "other";
  await expect(execute(other.href, "SELECT")).rejects.toThrow("password authentication failed");
  await stop();
});

test("processes that start it at once share one server, which ends with the last", async () => {
  const [one, two] = await Promise.all([startUser(), startUser()]);
  expect(one).toBe(two);
  const mine = await startPostgres({ dataDir });
  expect(mine.url).toBe(one);
  await mine.stop();
  expect(await runningPostgres(dataDir)).toBe(one);
  users[0]?.kill("SIGKILL");
  users[1]?.kill("SIGKILL");
  await ended();
});

test("ends when its only user is killed with -9", async () => {
  await startUser();
  users[0]?.kill("SIGKILL");
  await ended();
  expect(await runningPostgres(dataDir)).toBeUndefined();
});

test("starts again on its data after PostgreSQL itself was killed with -9", async () => {
  const first = await startPostgres({ dataDir });
  await execute(serverOf(first.url), "CREATE TABLE kept ()");
  process.kill(pidOf(dataDir), "SIGKILL");
  await first.stop();
  const second = await startPostgres({ dataDir });
  await execute(serverOf(second.url), "SELECT FROM kept");
  await second.stop();
});

test("tells its users that it has ended", async () => {
  const postgres = await startPostgres({ dataDir });
  process.kill(pidOf(dataDir), "SIGINT");
  await postgres.ended;
  await postgres.stop();
});

test("starts despite a pid file with the number of another program", async () => {
  const first = await startPostgres({ dataDir });
  await first.stop();
  writeFileSync(pidFile(), `${process.pid}\n${dataDir}/data\n1\n1\n\n127.0.0.1\n`);
  const second = await startPostgres({ dataDir });
  await second.stop();
});

test("ends a server whose guard was killed when the next user leaves", async () => {
  const first = await startUser();
  const guard = (await clientsOf(first)).find((name) => name.startsWith("guard "));
  process.kill(Number(guard?.split(" ")[1]), "SIGKILL");
  users[0]?.kill("SIGKILL");
  // PostgreSQL takes a moment to see that their connections are gone.
  await vi.waitFor(async () => expect(await clientsOf(first)).toEqual([]), { timeout: 60_000 });
  const next = await startPostgres({ dataDir });
  expect(next.url).toBe(first);
  await next.stop();
  expect(await runningPostgres(dataDir)).toBeUndefined();
});

/** Another process that uses the server until it is killed. */
async function startUser(): Promise<string> {
  const script = `
    import { startPostgres } from ${JSON.stringify(`${import.meta.dirname}/postgres.ts`)};
    console.log((await startPostgres(${JSON.stringify({ dataDir })})).url);`;
  const user = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  users.push(user);
  const [url] = (await once(createInterface(user.stdout), "line")) as [string];
  return url;
}

/** The connection names of the server's users and of its guard (`guard PID`). */
async function clientsOf(url: string): Promise<string[]> {
  const client = new pg.Client(serverOf(url));
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_stat_activity
      WHERE application_name = 'user' OR application_name LIKE 'guard %'`,
  );
  await client.end();
  return rows.map(({ name }) => name);
}

/** The first migration creates the URL's own database, so use `postgres`. */
function serverOf(url: string): string {
  const server = new URL(url);
  server.pathname = "postgres";
  return server.href;
}

async function ended(): Promise<void> {
  await vi.waitFor(() => expect(existsSync(pidFile())).toBe(false), { timeout: 60_000 });
}

function pidFile(): string {
  return path.join(dataDir, "data", "postmaster.pid");
}

function pidOf(cluster: string): number {
  return Number(readFileSync(path.join(cluster, "data", "postmaster.pid"), "utf8").split("\n")[0]);
}
