import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { AppError } from "@repo/errors";

const run = promisify(execFile);

/** A database as pg_dump writes it: its schema, and its rows. */
export async function dump(url: string): Promise<string> {
  const args = ["--no-owner", "--no-privileges", "--column-inserts"];
  try {
    const { stdout } = await run(
      "pg_dump",
      [...args, "--exclude-table=_prisma_migrations", `--dbname=${url}`],
      { maxBuffer: 2 ** 28 },
    );
    return stdout;
  } catch (cause) {
    throw new AppError(
      "SQUASH_FAILED",
      "pg_dump has failed. It must be installed, and no older than the server. TEST_DATABASE_URL names another server: TEST_DATABASE_URL=postgresql://… pnpm db:squash",
      { cause },
    );
  }
}

/** The functions, triggers, checks and indexes of a dump: `trigger refuse_illegal_transition`. */
export function objectsIn(dumped: string): Set<string> {
  const objects = [
    ...dumped.matchAll(/^CREATE (?:UNIQUE )?(INDEX|FUNCTION|TRIGGER) (?:public\.)?"?(\w+)/gm),
    ...dumped.matchAll(/^ +(CONSTRAINT) "?(\w+)"? CHECK/gm),
  ];
  return new Set(objects.map(([, kind = "", name = ""]) => `${kind.toLowerCase()} ${name}`));
}

/**
 * The lines that differ. The order of a table's columns does not count, because nothing here
 * depends on it. The time of a row does not count either.
 */
export function differences(before: string, after: string): string[] {
  const [old, now] = [before, after].map(normalize);
  return [
    ...missingFrom(now ?? [], old ?? []).map((line) => `- ${line}`),
    ...missingFrom(old ?? [], now ?? []).map((line) => `+ ${line}`),
  ];
}

function missingFrom(lines: string[], wanted: string[]): string[] {
  const left = new Map<string, number>();
  for (const line of lines) left.set(line, (left.get(line) ?? 0) + 1);
  return wanted.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

/** Every line with the statement that it belongs to. */
function normalize(dumped: string): string[] {
  let head = "";
  return dumped.split("\n").flatMap((line) => {
    if (/^(?:--.*|\\(?:un)?restrict .*|)$/.test(line)) return [];
    if (!line.startsWith(" ")) head = line;
    const insert = /^INSERT INTO (\S+) \((.*)\) VALUES \((.*)\);$/.exec(line);
    if (insert) return [sortInsert(insert[1] ?? "", insert[2] ?? "", insert[3] ?? "")];
    return [line === head ? line : `${head}${line.replace(/,$/, "")}`];
  });
}

function sortInsert(table: string, columns: string, values: string): string {
  const all = values.split(", ");
  const pairs = columns.split(", ").map((column, index) => {
    const isTime = /^'\d{4}-\d\d-\d\d /.test(all[index] ?? "");
    return `${column} = ${isTime ? "a time" : all[index]}`;
  });
  return `${table}: ${pairs.toSorted().join(", ")}`;
}
