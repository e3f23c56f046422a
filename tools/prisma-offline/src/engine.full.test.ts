import { createRequire } from "node:module";
import { createTestDb } from "@repo/db/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openEngine } from "./engine.ts";

let database: Awaited<ReturnType<typeof createTestDb>>;
let engine: Awaited<ReturnType<typeof openEngine>>;

beforeEach(async () => {
  database = await createTestDb();
  engine = await openEngine(database.url);
});

afterEach(async () => {
  await engine.close();
  await database.drop();
});

test("is the engine of the installed Prisma", () => {
  const load = (from: string, file: string) => {
    const resolve = createRequire(from).resolve;
    return { path: resolve(file), json: createRequire(from)(file) as { version: string } };
  };
  const prisma = load(import.meta.filename, "prisma/package.json");
  const engines = load(prisma.path, "@prisma/engines/package.json");
  const wanted = load(engines.path, "@prisma/engines-version/package.json").json.version;
  const main = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm");
  expect(load(main, "./package.json").json.version).toBe(wanted);
});

test("runs a script whose function body contains semicolons", async () => {
  const script = `
    CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 2; END $$;
    SELECT two();`;
  await engine.engine.dbExecute({ datasourceType: { tag: "url", url: database.url }, script });
  expect(await database.db.$queryRaw`SELECT two()`).toEqual([{ two: 2 }]);
});
