import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { full } from "@repo/testing/full";
import { afterEach, expect, it, vi } from "vitest";
import { type Db, Prisma, createDb, gotNoConnection } from "./index.ts";
import { useTestDb } from "./testing.ts";

// A copy: nobody may be connected to the template while it is copied.
const test = await useTestDb();

let db: Db;
afterEach(() => db.$disconnect());

it.each([false, true])(
  "query runs a statement on Prisma's pool, with keepStatements: %s",
  async (keepStatements) => {
    db = createDb(test.url, { keepStatements });
    for (let i = 0; i < 3; i++) {
      const own = await db.query(Prisma.sql`SELECT ${i}::int AS number, ${["a"]}::text[] AS list`);
      const prismas = await db.$queryRaw`SELECT ${i}::int AS number`;
      expect([own, prismas]).toEqual([[{ number: i, list: ["a"] }], [{ number: i }]]);
    }
  },
);

it("goes on after its idle connections were lost", async () => {
  db = createDb(test.url, { poolSize: 2 });
  const other = createDb(test.url);
  const [row] = await db.query<{ pid: number }>(Prisma.sql`SELECT pg_backend_pid() AS pid`);
  await other.query(Prisma.sql`SELECT pg_terminate_backend(${row?.pid}::int, 5000)`);
  await other.$disconnect();
  // A query fails if it is sent before this process notices the loss.
  await vi.waitFor(
    async () => expect(await db.query(Prisma.sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]),
    { timeout: 60_000 },
  );
});

// In the full run only: it waits for the time limit of 5 s.
it.runIf(full)(
  "recognises that there was no connection in time, by pg and through Prisma",
  async () => {
    // It accepts connections and never answers.
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    db = createDb(`postgresql://somebody@127.0.0.1:${port}/app`, { poolSize: 3 });
    const queries = [
      db.query(Prisma.sql`SELECT 1`),
      db.$queryRaw`SELECT 1`,
      db.suppression.findFirst(),
    ];
    for (const result of await Promise.allSettled(queries))
      expect(result.status === "rejected" && gotNoConnection(result.reason)).toBe(true);
    server.close();
  },
);

it("distinguishes a transaction that got no connection from one that took too long", async () => {
  db = createDb(test.url, { poolSize: 1 });
  const reasons: unknown[] = [];
  const late = db.$transaction(
    async (tx) => {
      await tx.$queryRaw`SELECT 1`;
      // The only connection is this one's.
      const waiting = db.$transaction((other) => other.$queryRaw`SELECT 1`, { maxWait: 10 });
      reasons.push(await waiting.catch((error: unknown) => error));
      await tx.$queryRaw`SELECT pg_sleep(1)::text`;
      await tx.$queryRaw`SELECT 1`;
    },
    { timeout: 500 },
  );
  reasons.push(await late.catch((error: unknown) => error));
  expect(reasons.map((reason) => (reason as { code: string }).code)).toEqual(["P2028", "P2028"]);
  expect(reasons.map(gotNoConnection)).toEqual([true, false]);
});

it.each([false, true])("ends for good with $disconnect, used by Prisma: %s", async (isUsed) => {
  db = createDb(test.url);
  await db.query(Prisma.sql`SELECT 1`);
  if (isUsed) await db.$queryRaw`SELECT 1`;
  await Promise.all([db.$disconnect(), db.$disconnect()]);
  await expect(db.query(Prisma.sql`SELECT 1`)).rejects.toThrow("after calling end");
});
