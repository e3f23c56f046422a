import { useTestDb } from "@repo/db/testing";
import { MAIL_TABLES, NOT_ABOUT_PEOPLE as MAIL_NOT_ABOUT_PEOPLE } from "@repo/email/erasure";
import { expect, it } from "vitest";
import { ACCOUNT_TABLES, NOT_ABOUT_PEOPLE } from "./account-tables.ts";

// In a file of its own: `pnpm db:before` leaves it out, because an older version cannot know a
// newer column.

const test = await useTestDb();

it("knows every table and column of the database: its map has a place for each", async () => {
  const faults = await findFaults();
  expect(faults, faults.join("\n")).toEqual([]);
});

// With names that a clone's own tables and columns do not have.
it("names the file and the line for each table and column that the map lacks", async () => {
  await test.db.$executeRaw`CREATE TABLE test_table (id uuid, text text)`;
  await test.db.$executeRaw`ALTER TABLE users ADD COLUMN test_column text`;
  await test.db.$executeRaw`ALTER TABLE messages ADD COLUMN test_column text`;
  await test.db.$executeRaw`ALTER TABLE suppressions RENAME COLUMN evidence TO test_column`;
  const named = [
    `messages.test_column: in packages/email/src/erasure/mail-tables.ts, entry "messages", add "test_column" to given, or test_column: "why" to withheld`,
    `test_table: in packages/accounts/src/person/account-tables.ts add an entry to ACCOUNT_TABLES if its rows are about a person, as docs/recipes.md shows. If not, add test_table: "what it has" to NOT_ABOUT_PEOPLE`,
    `suppressions.test_column: in packages/email/src/erasure/mail-tables.ts, entry "suppressions", add "test_column" to given, or test_column: "why" to withheld`,
    `users.test_column: in packages/accounts/src/person/account-tables.ts, entry "users", add "test_column" to given, or test_column: "why" to withheld`,
    `suppressions.evidence: the database has no such column: remove it from packages/email/src/erasure/mail-tables.ts`,
  ];
  // Only the test above tells of others.
  expect(await findFaults()).toEqual(expect.arrayContaining(named));
});

const ACCOUNTS = "packages/accounts/src/person/account-tables.ts";
const MAIL = "packages/email/src/erasure/mail-tables.ts";

/** What the map lacks, or has in excess, and where to mend it. docs/privacy.md names what is stored. */
async function findFaults(): Promise<string[]> {
  const columns = await test.db.$queryRaw<{ table: string; column: string }[]>`
    SELECT table_name AS table, column_name AS column FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
    ORDER BY table_name, column_name`;
  const entries = [
    ...ACCOUNT_TABLES.map((entry) => ({ ...entry, file: ACCOUNTS })),
    ...MAIL_TABLES.map((entry) => ({ ...entry, file: MAIL })),
  ].map(({ table, given, withheld, file }) => ({
    table,
    file,
    columns: [...given, ...Object.keys(withheld)],
  }));
  const nobody = { ...NOT_ABOUT_PEOPLE, ...MAIL_NOT_ABOUT_PEOPLE };
  const lacks = columns.flatMap(({ table, column }) => {
    const entry = entries.find((each) => each.table === table);
    if (nobody[table] !== undefined || entry?.columns.includes(column)) return [];
    if (!entry) {
      return `${table}: in ${ACCOUNTS} add an entry to ACCOUNT_TABLES if its rows are about a person, as docs/recipes.md shows. If not, add ${table}: "what it has" to NOT_ABOUT_PEOPLE`;
    }
    return `${table}.${column}: in ${entry.file}, entry "${table}", add "${column}" to given, or ${column}: "why" to withheld`;
  });
  const has = (table: string, column?: string) =>
    columns.some((each) => each.table === table && (!column || each.column === column));
  const excess = entries.flatMap(({ table, file, columns: named }) =>
    named
      .filter((column) => !has(table, column))
      .map(
        (column) => `${table}.${column}: the database has no such column: remove it from ${file}`,
      ),
  );
  const gone = Object.keys(nobody)
    .filter((table) => !has(table))
    .map((table) => `${table}: the database has no such table: remove it from NOT_ABOUT_PEOPLE`);
  // A table is named once, not once for each of its columns.
  return [...new Set([...lacks, ...excess, ...gone])];
}
