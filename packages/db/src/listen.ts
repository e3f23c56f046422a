import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const RECONNECT_MS = 1_000;

/**
 * Listens for NOTIFY on a connection of its own, and connects again when that is lost.
 * Notifications that are sent meanwhile are lost, so `onNotify` is also called after each
 * connection. A pooler in transaction mode passes no notifications on: pass the database's own URL.
 *
 * @returns a function that stops it
 */
export function listen(url: string, channel: string, onNotify: () => void): () => Promise<void> {
  const stop = new AbortController();
  let client: pg.Client | undefined;

  async function connect(): Promise<void> {
    const fresh = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: `listen ${channel}`,
    });
    client = fresh;
    let lose = () => {};
    const lost = new Promise<void>((resolve) => (lose = resolve));
    fresh.on("error", lose);
    fresh.on("end", lose);
    // pg's connect() never returns if the client is ended during it.
    stop.signal.addEventListener("abort", lose);
    fresh.on("notification", onNotify);
    const start = async () => {
      await fresh.connect();
      await fresh.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      onNotify();
    };
    try {
      await Promise.race([start(), lost]);
      await lost;
    } catch {
      // Ignored, because the caller also polls, and its own queries report what is wrong.
    } finally {
      stop.signal.removeEventListener("abort", lose);
      await fresh.end().catch(() => undefined);
    }
  }

  const running = (async () => {
    while (!stop.signal.aborted) {
      await connect();
      await sleep(RECONNECT_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    stop.abort();
    await client?.end().catch(() => undefined);
    await running;
  };
}
