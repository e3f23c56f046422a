// `pnpm db:squash`: replaces all migrations with two, `…_init` for the schema and `…_rules` for
// what Prisma cannot say. It can be run again until the first release. From then on clones have
// these migrations, and there are only additions. It needs pg_dump of the server's version or
// newer.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import { migrate } from "@repo/db/migrate";
import { prisma } from "@repo/db/prisma";
import { AppError } from "@repo/errors";
import { execute, startTestPostgres, withDatabase } from "@repo/postgres-local/testing";
import { engineEnv } from "@repo/prisma-offline";
import { root } from "../env.ts";
import { runProgram } from "../run-program.ts";
import { differences, dump, objectsIn } from "./dump.ts";
import { refuseAfterRelease } from "./release.ts";
import { rulesOf, write } from "./statements.ts";

const FOLDER = path.join(root, "packages/db/prisma/migrations");

const HEAD = `-- These rules keep the tables right, whatever program writes to them, and queries fast at any size.
-- Prisma's schema cannot express them. Prisma ignores them when it compares.

`;

await runProgram(squash);

async function squash(): Promise<number> {
  refuseAfterRelease();
  const old = readdirSync(FOLDER).filter((name) => /^\d{14}_/.test(name));
  const names = old.toSorted();
  const texts = names.map((name) => readFileSync(path.join(FOLDER, name, "migration.sql"), "utf8"));
  // The oldest time, so that a migration that others add meanwhile comes after.
  const time = Number(names[0]?.slice(0, 14));
  const made = mkdtempSync(path.join(tmpdir(), "squash-"));
  const postgres = await startTestPostgres();
  const databases: string[] = [];
  const make = async (folder: string) => {
    const name = `squash_${randomUUID()}`;
    databases.push(name);
    const url = withDatabase(postgres.url, name);
    await migrate(url, folder);
    return dump(url);
  };
  try {
    await writeSchema(path.join(made, `${time}_init`), postgres.url);
    const before = await make(FOLDER);
    const byPrisma = objectsIn(await make(made));
    const wanted = objectsIn(before);
    const rules = rulesOf(texts).filter(
      ({ key }) => key.startsWith("INSERT ") || (wanted.has(key) && !byPrisma.has(key)),
    );
    save(path.join(made, `${time + 1}_rules`), `${HEAD}${write(rules)}`);
    const lines = differences(before, await make(made));
    if (lines.length > 0) {
      throw new AppError(
        "SQUASH_DIFFERS",
        `The two migrations do not make the same database, so nothing was written. Lines of pg_dump, - before, + after:\n${lines.join("\n")}`,
      );
    }
    for (const name of names) rmSync(path.join(FOLDER, name), { recursive: true });
    for (const name of readdirSync(made)) {
      save(path.join(FOLDER, name), readFileSync(path.join(made, name, "migration.sql"), "utf8"));
    }
    console.log(`${names.length} migrations are two now, and make the same database.`);
    return 0;
  } finally {
    for (const name of databases) {
      await execute(postgres.url, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    }
    await postgres.stop();
    rmSync(made, { recursive: true });
  }
}

async function writeSchema(folder: string, url: string): Promise<void> {
  mkdirSync(folder);
  const file = path.join(folder, "migration.sql");
  const compare = ["--from-empty", "--to-schema", "prisma/schema.prisma"];
  const args = ["migrate", "diff", ...compare, "--script", "--output", file];
  const code = await prisma(args, url, engineEnv());
  if (code !== 0)
    throw new AppError("SQUASH_FAILED", "Prisma has failed: look at its output above.");
  // The role may have no right to create a schema, and PostgreSQL checks that even if it exists.
  const sql = readFileSync(file, "utf8");
  writeFileSync(
    file,
    sql.replace('-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n\n', ""),
  );
}

function save(folder: string, sql: string): void {
  mkdirSync(folder);
  writeFileSync(path.join(folder, "migration.sql"), sql);
}
