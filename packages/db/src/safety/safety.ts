import { appendFileSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { MIGRATIONS, readMigrations } from "../migrations.ts";
import { readCatalog } from "./catalog.ts";
import { type Finding, compare } from "./findings.ts";

/** The first two migrations make the tables of the first version. No version ran before it. */
const FIRST = 2;

/** The file beside `migration.sql` that says why its findings are safe: `- users.nickname: why`. */
const SAFE = "safe.md";

export interface Checked {
  /** The migration. */
  migration: string;
  findings: Finding[];
}

/**
 * Applies the migrations to an empty database, and finds what each does to the version of the app
 * that runs meanwhile (docs/decisions/migrations.md).
 *
 * @param url of an empty database
 * @param folder the migrations. Default: this package's own.
 * @returns the migrations that have findings
 */
export async function checkMigrations(url: string, folder = MIGRATIONS): Promise<Checked[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const checked: Checked[] = [];
    let before = await readCatalog(client);
    for (const [index, { name, sql }] of readMigrations(folder).entries()) {
      await client.query(sql);
      const after = await readCatalog(client);
      const findings = index < FIRST ? [] : compare(before, after, sql);
      if (findings.length > 0) checked.push({ migration: name, findings });
      before = after;
    }
    return checked;
  } finally {
    await client.end();
  }
}

/** The findings that no `safe.md` names. */
export function withoutSafe(all: Checked[], folder = MIGRATIONS): Checked[] {
  return all.flatMap(({ migration, findings }) => {
    const file = path.join(folder, migration, SAFE);
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    const left = findings.filter(
      ({ name }) => !lines.some((line) => line.startsWith(`- ${name}: `)),
    );
    return left.length > 0 ? [{ migration, findings: left }] : [];
  });
}

/** Writes into each migration's `safe.md` why its findings are safe. */
export function markSafe(checked: Checked[], reason: string): void {
  for (const { migration, findings } of checked) {
    const names = new Set(findings.map(({ name }) => name));
    const lines = [...names].map((name) => `- ${name}: ${reason}\n`);
    appendFileSync(path.join(MIGRATIONS, migration, SAFE), lines.join(""));
  }
}

/** The findings as text, with what to do. */
export function report(checked: Checked[]): string {
  const lines = checked.flatMap(({ migration, findings }) =>
    findings.map(({ what }) => `${migration} ${what}.`),
  );
  const example = checked[0]?.findings[0]?.name ?? "";
  return `${lines.join("\n")}
While you deploy, and after a roll-back, the previous version runs on the new tables. docs/runbook.md#changing-tables says what to deploy first.
If it is safe, write why into ${SAFE} beside migration.sql, a line for each: - ${example}: why`;
}
