import { afterEach, expect, inject, it } from "vitest";
import { type Db, Prisma, createDb } from "./index.ts";

let db: Db;
afterEach(() => db.$disconnect());

it.each([false, true])(
  "query runs a statement beside Prisma's, kept: %s",
  async (keepStatements) => {
    db = createDb(inject("templateUrl"), { keepStatements });
    for (let i = 0; i < 3; i++) {
      const own = await db.query(Prisma.sql`SELECT ${i}::int AS number, ${["a"]}::text[] AS list`);
      const prismas = await db.$queryRaw`SELECT ${i}::int AS number`;
      expect([own, prismas]).toEqual([[{ number: i, list: ["a"] }], [{ number: i }]]);
    }
  },
);

it("goes on after its idle connections were lost", async () => {
  db = createDb(inject("templateUrl"), { poolSize: 2 });
  const other = createDb(inject("templateUrl"));
  const [row] = await db.query<{ pid: number }>(Prisma.sql`SELECT pg_backend_pid() AS pid`);
  await other.query(Prisma.sql`SELECT pg_terminate_backend(${row?.pid}::int, 5000)`);
  await other.$disconnect();
  expect(await db.query(Prisma.sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
});

it.each([false, true])("ends for good with $disconnect, used by Prisma: %s", async (isUsed) => {
  db = createDb(inject("templateUrl"));
  await db.query(Prisma.sql`SELECT 1`);
  if (isUsed) await db.$queryRaw`SELECT 1`;
  await Promise.all([db.$disconnect(), db.$disconnect()]);
  await expect(db.query(Prisma.sql`SELECT 1`)).rejects.toThrow("after calling end");
});
