import { Prisma, type Tx } from "@repo/db";

/**
 * What a table knows about a person. A test compares these with the database: every column is
 * either given or withheld.
 */
export interface PersonTable<Whose> {
  table: string;
  /** Which rows are about the person. */
  rows: (whose: Whose) => Prisma.Sql;
  /** Which of these rows an export contains. Default: all. */
  exported?: (whose: Whose) => Prisma.Sql;
  /** The columns that an export contains. */
  given: string[];
  /** The columns that it leaves out, and why. */
  withheld: Record<string, string>;
  /** Why an erasure leaves the rows where they are. Default: it deletes them. */
  kept?: string;
}

/** @returns the rows about the person, by table */
export async function exportRows<Whose>(
  tx: Tx,
  tables: PersonTable<Whose>[],
  whose: Whose,
): Promise<Record<string, object[]>> {
  const found: Record<string, object[]> = {};
  for (const { table, given, rows, exported = () => Prisma.sql`true` } of tables) {
    const columns = Prisma.raw(given.map((name) => `"${name}"`).join());
    found[table] = await tx.$queryRaw<object[]>`
      SELECT ${columns} FROM ${Prisma.raw(`"${table}"`)}
      WHERE (${rows(whose)}) AND (${exported(whose)})`;
  }
  return found;
}

/** Deletes the rows about the person, in the order of the tables. @returns how many, by table */
export async function eraseRows<Whose>(
  tx: Tx,
  tables: PersonTable<Whose>[],
  whose: Whose,
): Promise<Record<string, number>> {
  const erased: Record<string, number> = {};
  for (const { table, rows, kept } of tables) {
    if (kept !== undefined) continue;
    erased[table] = await tx.$executeRaw`
      DELETE FROM ${Prisma.raw(`"${table}"`)} WHERE ${rows(whose)}`;
  }
  return erased;
}
