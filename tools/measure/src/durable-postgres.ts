import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startPostgres } from "@repo/postgres-local";
import { migrate } from "@repo/db/migrate";
import pg from "pg";

/** A PostgreSQL that writes to disk before it confirms a commit, as in production. */
export interface DurablePostgres {
  /** The version that it reports. */
  version: string;
  url(database: string): string;
  /** An empty database, or a copy of another. @returns its URL */
  create(database: string, template?: string): Promise<string>;
  /** A database with the committed migrations. @returns its URL */
  createMigrated(database: string): Promise<string>;
  drop(database: string): Promise<void>;
  /** Writes what an earlier measurement left in memory, so that it does not slow the next one. */
  checkpoint(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/** Starts the embedded PostgreSQL with its default settings (fsync on) in its own folder. */
export async function startDurablePostgres(): Promise<DurablePostgres> {
  const folder = await mkdtemp(path.join(tmpdir(), "bench-"));
  const dataDir = path.join(folder, "postgres");
  // As root, below a folder that only its owner may enter, PostgreSQL starts with an extra
  // capability. Its speed is the same.
  const postgres = await startPostgres({ dataDir }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const url = (database: string) => {
    const other = new URL(postgres.url);
    other.pathname = database;
    return other.href;
  };
  const server = await connect(url("postgres"));
  const { rows } = await server.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  );

  return {
    version: rows[0]?.version ?? "",
    url,
    async create(database, template) {
      await server.query(`CREATE DATABASE ${database} TEMPLATE ${template ?? "template1"}`);
      return url(database);
    },
    async createMigrated(database) {
      await migrate(url(database));
      return url(database);
    },
    async drop(database) {
      await server.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    },
    async checkpoint() {
      await server.query("CHECKPOINT");
    },
    async stop() {
      await server.end();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A connection. If it is lost, its next query fails. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  return client;
}
