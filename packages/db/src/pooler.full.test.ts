// PgBouncer in transaction mode, as managed databases have it. All clients share two connections to
// PostgreSQL, and each connection may serve another client after every transaction.
// https://www.pgbouncer.org/features.html
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "@repo/testing/free-port";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Db, Prisma, createDb } from "./index.ts";
import { migrate } from "./migrate.ts";
import { createTestDb } from "./testing.ts";

// Debian's and Ubuntu's package `pgbouncer`.
const PGBOUNCER = "/usr/sbin/pgbouncer";

let server: Awaited<ReturnType<typeof createTestDb>>;
let pooler: ChildProcess;
let folder: string;
let db: Db;
beforeEach(async () => {
  server = await createTestDb();
  folder = await mkdtemp(path.join(tmpdir(), "pooler-"));
});
afterEach(async () => {
  await db.$disconnect();
  pooler.kill();
  await server.drop();
  await rm(folder, { recursive: true });
});

/** @param begins SQL that the pooler runs on each new connection to PostgreSQL */
async function startPooler(begins: string): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(server.url);
  const own = await freePort();
  const config = `
    [databases]
    ${pathname.slice(1)} = host=${hostname} port=${port} user=${username} password=${password} connect_query='${begins.replaceAll("'", "''")}'
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = ${own}
    unix_socket_dir =
    auth_type = any
    pool_mode = transaction
    default_pool_size = 2
  `.replaceAll(/^ +/gm, "");
  const file = path.join(folder, "pgbouncer.ini");
  await writeFile(file, config);
  await chmod(folder, 0o755);
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  pooler = spawn(PGBOUNCER, ["-q", ...user, file], { stdio: "ignore" });
  const url = `postgresql://app@127.0.0.1:${own}${pathname}`;
  await vi.waitFor(
    async () => {
      const client = new pg.Client(url);
      await client.connect();
      await client.end();
    },
    { timeout: 60_000, interval: 50 },
  );
  return url;
}

describe.skipIf(!existsSync(PGBOUNCER))("through a pooler in transaction mode", () => {
  test("twenty clients share its two connections", async () => {
    db = createDb(await startPooler("SELECT 1"));
    const counts = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        await db.$transaction(
          (tx) => tx.$executeRaw`SELECT set_config('app.of', ${String(i)}, true)`,
        );
        const [row] = await db.query<{ n: number }>(Prisma.sql`SELECT ${i}::int AS n`);
        return (await db.suppression.count()) + (row?.n ?? NaN);
      }),
    );
    expect(counts).toEqual(counts.map((_, i) => i));
  });

  test("a time stays the same instant if its connections are in another time zone", async () => {
    db = createDb(await startPooler("SET timezone TO 'Asia/Kolkata'"));
    expect(await db.$queryRaw`SHOW timezone`).toEqual([{ TimeZone: "Asia/Kolkata" }]);
    const at = new Date("2030-01-02T03:04:05.678Z");
    const { id } = await db.message.create({
      data: {
        id: crypto.randomUUID(),
        template: "t",
        category: "c",
        to: "a@example.com",
        toKey: "a@example.com",
        onUnknown: "hold",
        payload: Buffer.from("x"),
        dueAt: at,
        expiresAt: at,
      },
    });
    const [row] = await db.query<{ dueAt: Date }>(
      Prisma.sql`SELECT due_at AS "dueAt" FROM messages WHERE id = ${id}::uuid AND due_at = ${at}`,
    );
    expect(row?.dueAt).toEqual(at);
    expect(await db.message.findUnique({ where: { id } })).toMatchObject({ dueAt: at });
    expect(await server.db.message.findUnique({ where: { id, dueAt: at } })).not.toBeNull();
  });

  test("nothing is read or migrated if its connections lead to another schema, and the error says so", async () => {
    await server.db.$executeRawUnsafe("CREATE SCHEMA app");
    await server.db.$executeRawUnsafe("CREATE TABLE app.suppressions (secret text)");
    const url = await startPooler("SET search_path TO app");
    const refusal = {
      code: "DATABASE_SCHEMA",
      message: expect.stringMatching(/leads to the schema app.*pooler/),
    };
    await expect(migrate(url)).rejects.toMatchObject(refusal);
    db = createDb(url);
    await expect(db.suppression.findMany()).rejects.toMatchObject(refusal);
    await expect(db.query(Prisma.sql`SELECT * FROM suppressions`)).rejects.toMatchObject(refusal);
  });
});
