import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { useTestDb, waitForLocks } from "@repo/db/testing";
import { keysOf } from "@repo/email/keys";
import { createPreferenceLinks } from "@repo/email/preferences";
import { expect, it, onTestFinished, vi } from "vitest";
import { startServer } from "../test-serve.ts";

const testDb = await useTestDb();

it("is ready while every connection of the requests waits for the database", async () => {
  const { ask, url } = await start(testDb.url);
  const keys = keysOf("c".repeat(32));
  const link = createPreferenceLinks({ keys, appUrl: url }).preferencesOf("sam@example.com");
  await testDb.db.$transaction(
    async (tx) => {
      await tx.$executeRaw`LOCK TABLE email_preferences IN ACCESS EXCLUSIVE MODE`;
      // They end with the app.
      for (let i = 0; i < 12; i++) fetch(link).catch(() => undefined);
      // The pool has ten connections.
      await waitForLocks(testDb.db, 10);
      expect((await ask()).status).toBe(200);
    },
    { timeout: 120_000 },
  );
});

it.each(["refuses connections", "never answers"] as const)(
  "is not ready when the database %s, and is ready again afterwards",
  async (fault) => {
    const relay = await startRelay(testDb.url);
    const { ask, app } = await start(relay.url);
    relay.break(fault);
    await until(ask, 503);
    expect((await ask()).body).toEqual({
      status: "unavailable",
      reason: "The database is not reachable, or not migrated.",
    });
    expect((await fetch(`${(await ask()).url}/healthz`)).status).toBe(200);
    // Connections from before stay broken.
    relay.mend();
    await until(ask, 200);
    app.process.kill("SIGTERM");
    expect((await app.exit).code).toBe(0);
  },
);

it("is not ready before the database is migrated, and becomes ready by itself", async () => {
  const old = await useTestDb(onTestFinished);
  await old.db.$executeRaw`ALTER TABLE messages RENAME COLUMN resent TO later`;
  const app = startServer(old.url);
  const { port } = JSON.parse(await app.line('"msg":"listening"')) as { port: number };
  const ask = asker(`http://localhost:${port}`);
  let log = "";
  void app.line("resent").then((line) => (log = line));
  await vi.waitFor(
    async () => {
      expect((await ask()).status).toBe(503);
      expect(log).toContain("not ready");
    },
    { timeout: 60_000, interval: 200 },
  );
  await old.db.$executeRaw`ALTER TABLE messages RENAME COLUMN later TO resent`;
  await until(ask, 200);
});

async function start(databaseUrl: string) {
  const app = startServer(databaseUrl);
  const { port } = JSON.parse(await app.line('"msg":"listening"')) as { port: number };
  const url = `http://localhost:${port}`;
  const ask = asker(url);
  await until(ask, 200);
  return { app, url, ask };
}

const asker = (url: string) => async () => {
  const response = await fetch(`${url}/readyz`);
  return { url, status: response.status, body: await response.json() };
};

async function until(ask: () => Promise<{ status: number }>, status: number): Promise<void> {
  await vi.waitFor(async () => expect((await ask()).status).toBe(status), {
    timeout: 60_000,
    interval: 200,
  });
}

/** A TCP server between the app and its database, which can break. */
async function startRelay(databaseUrl: string) {
  const to = new URL(databaseUrl);
  const sockets = new Set<net.Socket>();
  let fault: "refuses connections" | "never answers" | undefined;
  const server = net.createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    if (fault === "refuses connections") socket.destroy();
    if (fault) return;
    const database = net.connect(Number(to.port), to.hostname);
    sockets.add(database.on("error", () => undefined));
    socket.pipe(database).pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    break(next: NonNullable<typeof fault>) {
      fault = next;
      for (const socket of sockets) {
        if (next === "refuses connections") socket.destroy();
        else socket.unpipe().pause();
      }
    },
    mend() {
      fault = undefined;
    },
  };
}
