import { useTestDb } from "@repo/db/testing";
import { MAIL_TABLES, NOT_ABOUT_PEOPLE as MAIL_NOT_ABOUT_PEOPLE } from "@repo/email/erasure";
import { expect, it } from "vitest";
import { ACCOUNT_TABLES, NOT_ABOUT_PEOPLE } from "./account-tables.ts";

// In a file of its own: `pnpm db:before` leaves it out, because an older version cannot know a
// newer column.

const test = await useTestDb();

it("knows every table and column of the database: its map has a place for each", async () => {
  const columns = await test.db.$queryRaw<{ table: string; column: string }[]>`
    SELECT table_name AS table, column_name AS column FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
    ORDER BY table_name, column_name`;
  const mapped = [...ACCOUNT_TABLES, ...MAIL_TABLES].flatMap(({ table, given, withheld }) =>
    [...given, ...Object.keys(withheld)].map((column) => ({ table, column })),
  );
  const nobody = { ...NOT_ABOUT_PEOPLE, ...MAIL_NOT_ABOUT_PEOPLE };
  const about = columns.filter(({ table }) => nobody[table] === undefined);
  const sorted = (list: { table: string; column: string }[]) =>
    list.map(({ table, column }) => `${table}.${column}`).toSorted();
  // A new column belongs into the map: packages/accounts/src/person/account-tables.ts, or
  // packages/email/src/erasure/mail-tables.ts. docs/privacy.md names what is stored.
  expect(sorted(mapped)).toEqual(sorted(about));
  const tables = new Set(columns.map(({ table }) => table));
  for (const table of Object.keys(nobody)) expect(tables).toContain(table);
});
