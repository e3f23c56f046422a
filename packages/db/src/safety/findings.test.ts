import { execute, withDatabase } from "@repo/postgres-local/testing";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDb } from "../testing.ts";
import { readCatalog } from "./catalog.ts";
import { compare } from "./findings.ts";

const empty = `empty_${crypto.randomUUID()}`;
const template = await createTestDb();
const client = new pg.Client(withDatabase(template.url, empty));

beforeAll(async () => {
  await execute(template.url, `CREATE DATABASE "${empty}"`);
  await client.connect();
  await client.query(`
    CREATE TYPE color AS ENUM ('red', 'blue');
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TABLE people (id INT PRIMARY KEY, name TEXT NOT NULL, phone TEXT, color color,
      at TIMESTAMPTZ NOT NULL DEFAULT now(), CONSTRAINT named CHECK (name <> ''));
    CREATE UNIQUE INDEX people_name ON people (name);
    CREATE INDEX people_at ON people (at);
    CREATE TABLE notes (id INT PRIMARY KEY, person INT,
      CONSTRAINT by FOREIGN KEY (person) REFERENCES people ON DELETE CASCADE);
    CREATE TRIGGER keep BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION refuse();`);
});
afterAll(async () => {
  await client.end();
  await execute(template.url, `DROP DATABASE "${empty}" WITH (FORCE)`);
  await template.drop();
});

async function findingsOf(sql: string): Promise<Record<string, string>> {
  await client.query("BEGIN");
  try {
    const before = await readCatalog(client);
    await client.query(sql);
    const findings = compare(before, await readCatalog(client), sql);
    return Object.fromEntries(findings.map(({ name, what }) => [name, what]));
  } finally {
    await client.query("ROLLBACK");
  }
}

// What the previous version uses, and what it writes.
test.each([
  ["DROP TABLE notes", { notes: "drops or renames the table notes" }],
  ["ALTER TABLE notes RENAME TO remarks", { notes: "drops or renames" }],
  ["ALTER TABLE people DROP COLUMN phone", { "people.phone": "drops or renames the column" }],
  ["ALTER TABLE people RENAME phone TO mobile", { "people.phone": "drops or renames" }],
  ["DO $$ BEGIN EXECUTE 'DROP TABLE notes'; END $$", { notes: "drops" }],
  ["ALTER TABLE people ALTER phone TYPE VARCHAR(20)", { "people.phone": "changes the type" }],
  ["ALTER TABLE people ALTER phone SET NOT NULL", { "people.phone": "refuses null" }],
  ["ALTER TABLE people ALTER at DROP DEFAULT", { "people.at": "drops the default" }],
  ["ALTER TABLE people ADD email TEXT NOT NULL", { "people.email": "demands the new column" }],
  [
    "ALTER TABLE people DROP CONSTRAINT people_pkey CASCADE",
    { people_pkey: "drops", "notes.by": "drops" },
  ],
  ["DROP INDEX people_name", { people_name: "drops or renames the index" }],
  ["ALTER TABLE notes DROP CONSTRAINT by", { "notes.by": "drops or renames the constraint" }],
  ["DROP TRIGGER keep ON people", { "people.keep": "drops or renames the trigger" }],
  ["ALTER TABLE people DISABLE TRIGGER keep", { "people.keep": "changes the trigger" }],
  ["DROP FUNCTION refuse CASCADE", { "refuse()": "drops", "people.keep": "drops" }],
  [
    "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    { "refuse()": "changes the function" },
  ],
  [
    "CREATE TRIGGER more BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION refuse()",
    { "people.more": "adds the trigger" },
  ],
  [
    "ALTER TYPE color RENAME VALUE 'red' TO 'pink'",
    { "color.red": "drops or renames the value", "color.pink": "cannot read it" },
  ],
  ["ALTER TYPE color ADD VALUE 'green'", { "color.green": "the previous version cannot read it" }],
  [
    "CREATE UNIQUE INDEX people_phone ON people (phone)",
    { people_phone: "nobody can write to people meanwhile: write CREATE INDEX CONCURRENTLY" },
  ],
  [
    "ALTER TABLE people ADD CONSTRAINT dialled CHECK (phone <> '') NOT VALID",
    { "people.dialled": "refuses what the previous version may write" },
  ],
  [
    "ALTER TABLE notes ADD CONSTRAINT also FOREIGN KEY (id) REFERENCES people NOT VALID",
    { "notes.also": "refuses what the previous version may write" },
  ],
  // What keeps everybody waiting while the table is large.
  ["ALTER TABLE people ADD key UUID DEFAULT gen_random_uuid()", { people: "rewrites the table" }],
  ["CREATE INDEX people_phone ON people (phone)", { people_phone: "nobody can write to people" }],
  [
    "ALTER TABLE people ADD email TEXT, ADD CONSTRAINT mail CHECK (email <> '')",
    { "people.mail": "checks each row for people.mail, and nobody can write" },
  ],
])("%s is found", async (sql, expected: Record<string, string>) => {
  const findings = await findingsOf(sql);
  for (const [name, what] of Object.entries(expected)) expect(findings[name]).toContain(what);
  const others = Object.keys(findings).filter((name) => name !== "people");
  expect(others.filter((name) => !(name in expected))).toEqual([]);
});

test.each([
  "CREATE TABLE more (id INT PRIMARY KEY, name TEXT NOT NULL UNIQUE, person INT REFERENCES people)",
  "ALTER TABLE people ADD email TEXT",
  "ALTER TABLE people ADD visits INT NOT NULL DEFAULT 0",
  "ALTER TABLE people ADD email TEXT, ADD CONSTRAINT mail CHECK (email <> '') NOT VALID",
  "ALTER TABLE people ALTER name DROP NOT NULL",
  "ALTER TABLE people ALTER phone SET DEFAULT ''",
  "ALTER TABLE people DROP CONSTRAINT named",
  "DROP INDEX people_at",
  "CREATE TYPE size AS ENUM ('small')",
  "CREATE FUNCTION wake() RETURNS void LANGUAGE sql AS $$ SELECT 1 $$",
  "INSERT INTO people (id, name) VALUES (1, 'Sam')",
])("%s is safe", async (sql) => {
  expect(await findingsOf(sql)).toEqual({});
});
