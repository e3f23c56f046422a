import { mkdtemp, rm } from "node:fs/promises";
import { type Server, type Socket, connect, createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Postgres, startPostgres } from "@repo/postgres-local";
import { migrate } from "@repo/db/migrate";
import pg from "pg";
import type { Setup } from "./campaign.ts";

/** A PostgreSQL, fsync on, with a migrated database. */
export interface Restartable {
  /** It does not change. */
  url: string;
  /** Stops the server, with every connection to it, and starts it again. */
  restart(): Promise<void>;
  /** Ends every connection. */
  terminate(): Promise<void>;
}

/**
 * The embedded PostgreSQL takes another free port at each start. A relay on a fixed port forwards
 * to it. While the server is down, the relay refuses connections.
 */
export async function startRestartable(setup: Setup): Promise<Restartable> {
  const folder = await mkdtemp(path.join(tmpdir(), "chaos-"));
  setup.atEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const dataDir = path.join(folder, "postgres");
  let postgres: Postgres = await startPostgres({ dataDir });
  setup.atEnd(() => postgres.stop());
  await migrate(postgres.url);
  const relay = createRelay(() => Number(new URL(postgres.url).port));
  setup.atEnd(() => relay.close());
  const url = new URL(postgres.url);
  url.port = String(await relay.listen(0));
  const port = Number(url.port);
  return {
    url: url.href,
    async restart() {
      relay.refuse();
      await postgres.stop();
      postgres = await startPostgres({ dataDir });
      await relay.listen(port);
    },
    async terminate() {
      const client = new pg.Client(postgres.url);
      await client.connect();
      await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );
      await client.end();
    },
  };
}

function createRelay(target: () => number) {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  return {
    async listen(port: number): Promise<number> {
      server = createServer((socket) => {
        const upstream = connect(target(), "127.0.0.1");
        for (const [one, other] of [
          [socket, upstream],
          [upstream, socket],
        ] as const) {
          sockets.add(one);
          one.setNoDelay(true);
          one.on("error", () => {});
          one.on("close", () => {
            sockets.delete(one);
            other.destroySoon();
          });
          one.pipe(other);
        }
      }).listen(port, "127.0.0.1");
      await once(server, "listening");
      return (server.address() as { port: number }).port;
    },
    /** Existing connections stay until the server ends them. */
    refuse() {
      server?.close();
    },
    close() {
      server?.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
