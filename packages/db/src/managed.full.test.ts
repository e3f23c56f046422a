// Databases as others set them up: roles with few rights, other schemas, TLS.
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { TLSSocket, createSecureContext } from "node:tls";
import { createCertificate } from "@repo/testing/certificate";
import { full } from "@repo/testing/full";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { execute } from "@repo/postgres-local/testing";
import { type Db, createDb, gotNoConnection } from "./index.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.ts";
import { createTestDb } from "./testing.ts";

const PASSWORD = "only-of-this-test";
let role: string;
let database: string;

const server = await createTestDb();
afterAll(() => server.drop());

beforeEach(async () => {
  role = `role_${crypto.randomUUID()}`;
  database = `managed_${crypto.randomUUID()}`;
  await execute(at("postgres"), `CREATE ROLE "${role}" LOGIN PASSWORD '${PASSWORD}'`);
  await execute(at("postgres"), `CREATE DATABASE "${database}"`);
});
afterEach(async () => {
  await execute(at("postgres"), `DROP DATABASE "${database}" WITH (FORCE)`);
  await execute(at("postgres"), `DROP ROLE "${role}"`);
});

/** @param as the role. Default: the server's owner. */
function at(name: string, query = "", as?: string): string {
  const url = new URL(server.url);
  url.pathname = name;
  url.search = query;
  if (as) [url.username, url.password] = [as, PASSWORD];
  return url.href;
}
const grant = () => execute(at(database), `GRANT USAGE, CREATE ON SCHEMA public TO "${role}"`);

/** Each way of asking the database. */
const ways: [string, (db: Db) => Promise<unknown>][] = [
  ["Prisma", (db) => db.suppression.findMany()],
  ["Prisma's SQL", (db) => db.$queryRaw`SELECT 1`],
];

describe("a role with few rights", () => {
  test("migrates if it may create only in the schema public", async () => {
    await grant();
    expect((await migrate(at(database, "", role))).length).toBeGreaterThan(0);
  });

  test("is told what its owner must grant, and migrates after that", async () => {
    await expect(migrate(at(database, "", role))).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      message: `permission denied for schema public. As its owner: GRANT USAGE, CREATE ON SCHEMA public TO "${role}"; then try again.`,
    });
    await grant();
    expect((await migrate(at(database, "", role))).length).toBeGreaterThan(0);
  });

  test("is told that the database is missing, and that it may not create it", async () => {
    await expect(migrate(at("missing", "", role))).rejects.toMatchObject({
      code: "DATABASE_MISSING",
      message: expect.stringContaining("no database missing"),
    });
  });
});

describe("another schema than public", () => {
  test.each(["schema=app", "options=-c%20search_path%3Dapp", "options=-csearch_path=app,public"])(
    "is refused in the address: %s",
    async (query) => {
      const refusal = expect.objectContaining({ code: "DATABASE_SCHEMA" });
      expect(() => createDb(at(database, query))).toThrow(refusal);
      await expect(migrate(at(database, query))).rejects.toMatchObject(refusal);
    },
  );

  test.each(["schema=public", "options=-c%20search_path%3Dpublic"])(
    "is not the schema public, which the address may name: %s",
    async (query) => {
      expect((await migrate(at(database, query))).length).toBeGreaterThan(0);
    },
  );

  const leads: [string, () => string][] = [
    ["the role's search_path", () => `ALTER ROLE "${role}" SET search_path = app, public`],
    ["the database's", () => `ALTER DATABASE "${database}" SET search_path = app`],
    // PostgreSQL's own default begins with "$user".
    ["the role's name", () => `ALTER SCHEMA app RENAME TO "${role}"`],
  ];
  test.each(full ? leads : leads.slice(0, 1))(
    "that %s leads to is never read, nor migrated",
    async (_what, change) => {
      await grant();
      await migrate(at(database, "", role));
      await execute(at(database), `CREATE SCHEMA app AUTHORIZATION "${role}"`);
      await execute(at(database), "CREATE TABLE app.suppressions (secret text)");
      await execute(at(database), change());
      await expect(migrate(at(database, "", role))).rejects.toMatchObject({
        code: "DATABASE_SCHEMA",
        message: expect.stringContaining("SET search_path = public"),
      });
      const db = createDb(at(database, "", role));
      for (const [, ask] of ways)
        await expect(ask(db)).rejects.toMatchObject({ code: "DATABASE_SCHEMA" });
      await db.$disconnect();
    },
  );
});

test("the error names a search_path without a schema, and not the role's rights", async () => {
  await grant();
  await execute(at(database), `ALTER ROLE "${role}" SET search_path = missing`);
  await expect(migrate(at(database, "", role))).rejects.toMatchObject({
    code: "DATABASE_SCHEMA",
    message: expect.stringMatching(/search_path .* leads to no schema;.* SET search_path = public/),
  });
});

describe("a server that has taken no writes since a failover", () => {
  const readOnly = (is: boolean) =>
    execute(
      at("postgres"),
      `ALTER DATABASE "${database}" SET default_transaction_read_only = ${is}`,
    );
  const refusal = { code: "DATABASE_READ_ONLY" };

  test("gets no connection, and its successor does, without a restart", async () => {
    await grant();
    await migrate(at(database, "", role));
    await readOnly(true);
    const db = createDb(at(database, "", role));
    for (const [, ask] of ways) {
      const error = await ask(db).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject(refusal);
      expect(gotNoConnection(error)).toBe(true);
    }
    const inTransaction = db.$transaction((tx) => tx.$queryRaw`SELECT 1`);
    expect(gotNoConnection(await inTransaction.catch((thrown: unknown) => thrown))).toBe(true);
    await readOnly(false);
    for (const [, ask] of ways) await ask(db);
    await db.$disconnect();
  });

  test("is not migrated, and the error says why", async () => {
    await readOnly(true);
    await expect(migrate(at(database, "", role))).rejects.toMatchObject(refusal);
  });
});

test("a database or a role with another isolation level is refused, and the error says how to set it", async () => {
  await execute(
    at(database),
    `ALTER ROLE "${role}" SET default_transaction_isolation = 'serializable'`,
  );
  const refusal = {
    code: "DATABASE_ISOLATION",
    message: expect.stringContaining(`ALTER ROLE "${role}" SET default_transaction_isolation`),
  };
  await expect(migrate(at(database, "", role))).rejects.toMatchObject(refusal);
  const db = createDb(at(database, "", role));
  for (const [, ask] of ways) await expect(ask(db)).rejects.toMatchObject(refusal);
  await db.$disconnect();
});

test("a database whose encoding lacks most characters is refused before its first table", async () => {
  const latin = `latin_${crypto.randomUUID()}`;
  await execute(
    at("postgres"),
    `CREATE DATABASE "${latin}" ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`,
  );
  await expect(migrate(at(latin))).rejects.toMatchObject({
    code: "DATABASE_ENCODING",
    message: expect.stringContaining("ENCODING 'UTF8'"),
  });
  await execute(at("postgres"), `DROP DATABASE "${latin}"`);
});

test("a role's time limits, which are for requests, end no migration", async () => {
  await grant();
  await migrate(at(database, "", role));
  await execute(at(database), `ALTER ROLE "${role}" SET statement_timeout = '100ms'`);
  const folder = await mkdtemp(path.join(tmpdir(), "migrations-"));
  await cp(MIGRATIONS, folder, { recursive: true });
  await mkdir(path.join(folder, "99990101000000_slow"));
  await writeFile(path.join(folder, "99990101000000_slow/migration.sql"), "SELECT pg_sleep(0.3);");
  expect(await migrate(at(database, "", role), folder)).toEqual(["99990101000000_slow"]);
  await rm(folder, { recursive: true });
});

describe("says what is wrong with a connection", () => {
  test("whose password is wrong", async () => {
    const url = new URL(at(database, "", role));
    url.password = "other";
    await expect(migrate(url.href)).rejects.toMatchObject({
      code: "DATABASE_UNREACHABLE",
      message: expect.stringMatching(/(?!.*other).*user and the password of DATABASE_URL/),
    });
  });

  test("that wants TLS from a server without TLS", async () => {
    await expect(migrate(at(database, "sslmode=verify-full", role))).rejects.toMatchObject({
      code: "DATABASE_UNREACHABLE",
      message: expect.stringMatching(/SSL.*remove sslmode/),
    });
  });

  test("whose certificate is from an authority that this machine does not know", async () => {
    const context = createSecureContext(createCertificate("127.0.0.1"));
    // PostgreSQL answers a request for TLS with "S". The handshake follows.
    const tls = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => {
        socket.write("S");
        new TLSSocket(socket, { isServer: true, secureContext: context }).on(
          "error",
          () => undefined,
        );
      });
    }).listen(0, "127.0.0.1");
    await once(tls, "listening");
    const { port } = tls.address() as AddressInfo;
    const url = `postgresql://user:secret@127.0.0.1:${port}/app?sslmode=verify-full`;
    await expect(migrate(url)).rejects.toMatchObject({
      code: "DATABASE_UNREACHABLE",
      message: expect.stringMatching(/(?!.*secret).*sslrootcert=.*NODE_EXTRA_CA_CERTS/),
    });
    tls.close();
  });
});
