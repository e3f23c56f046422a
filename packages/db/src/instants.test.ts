import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Db, createDb } from "./index.ts";
import { execute } from "@repo/postgres-local/testing";
import { createTestDb } from "./testing.ts";

// Kathmandu's offset has a quarter of an hour, and Kolkata's had seconds until 1906.
const ZONES = ["America/New_York", "Asia/Kathmandu", "Asia/Kolkata"];

describe.each(ZONES)("where the database is in %s", (zone) => {
  let test: Awaited<ReturnType<typeof createTestDb>>;
  let db: Db;
  beforeAll(async () => {
    test = await createTestDb();
    const name = new URL(test.url).pathname.slice(1);
    await execute(test.url, `ALTER DATABASE "${name}" SET timezone TO '${zone}'`);
    db = createDb(test.url);
  });
  afterAll(async () => {
    await db.$disconnect();
    await test.drop();
  });

  it("has that zone in our connections too", async () => {
    expect(await db.$queryRaw`SHOW timezone`).toEqual([{ TimeZone: zone }]);
  });

  it.each(["1899-12-31T23:59:59.999Z", "2030-01-02T03:04:05.678Z", "2030-07-02T03:04:05.000Z"])(
    "takes %s for the same instant, however it is written and read",
    async (text) => {
      const at = new Date(text);
      const seconds = at.getTime() / 1000;
      const mail = { template: "t", category: "c", to: "a@example.com", toKey: "a@example.com" };
      const { id } = await db.message.create({
        data: {
          ...mail,
          id: crypto.randomUUID(),
          onUnknown: "hold",
          payload: Buffer.from("x"),
          dueAt: at,
          expiresAt: at,
        },
      });
      const where = { id, dueAt: at, expiresAt: { gte: at, lte: at } };
      expect(await db.message.findMany({ where, select: { dueAt: true } })).toEqual([
        { dueAt: at },
      ]);
      expect(
        await db.$queryRaw`
          SELECT due_at AS "dueAt", ARRAY[due_at, NULL] AS all, extract(epoch FROM due_at)::float8 AS seconds
          FROM messages WHERE id = ${id}::uuid AND due_at = ${at} AND due_at = ANY(${[at]})`,
      ).toEqual([{ dueAt: at, all: [at, null], seconds }]);
      await db.$transaction(async (tx) => {
        await tx.$executeRaw`UPDATE messages SET expires_at = ${at} WHERE id = ${id}::uuid`;
        expect(await tx.message.findUnique({ where: { id } })).toMatchObject({ expiresAt: at });
      });
      // pg alone reads times correctly. The parameter is text, because pg writes a Date with this
      // machine's offset in whole minutes, and in 1899 offsets had seconds.
      const reference = new pg.Client(test.url);
      await reference.connect();
      const { rows } = await reference.query(
        "SELECT due_at, expires_at FROM messages WHERE id = $1 AND due_at = $2",
        [id, text],
      );
      await reference.end();
      expect(rows).toEqual([{ due_at: at, expires_at: at }]);
    },
  );
});
