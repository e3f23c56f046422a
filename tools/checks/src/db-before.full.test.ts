import { cpSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openRepository } from "./repository.ts";
import { makeFolder } from "./test-folder.ts";

// Deploys a migration on an earlier version, with git and pnpm as people use them.

const root = path.join(import.meta.dirname, "../../..");
const MIGRATIONS = "packages/db/prisma/migrations";

test("pnpm db:before passes on new columns and tables, and names the column that a version misses", async () => {
  const clone = await makeFolder();
  for (const file of openRepository(root).files) cpSync(path.join(root, file), clone.at(file));
  await clone.git("init", "--quiet");
  await clone.commit("The version in production");
  await clone.pnpm("install", "--frozen-lockfile", "--prefer-offline");

  clone.write(
    `${MIGRATIONS}/20991231000001_add/migration.sql`,
    `ALTER TABLE users ADD nickname TEXT, ADD visits INT NOT NULL DEFAULT 0;
     CREATE TABLE remarks (id UUID PRIMARY KEY,
       user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE);`,
  );
  expect(await clone.pnpm("db:before", "HEAD")).toMatch(
    /20991231000001_add\n\nThe tests of HEAD pass on them\.$/m,
  );

  clone.write(
    `${MIGRATIONS}/20991231000002_drop/migration.sql`,
    "ALTER TABLE users DROP COLUMN locale",
  );
  const refusal = await clone.refused("db:before", "HEAD", "@repo/accounts");
  expect(refusal).toMatch(/column .*locale.* does not exist/);
  expect(refusal).toMatch(
    /20991231000002_drop\n {2}It drops or renames the column users\.locale, [^]*The tests of HEAD do not pass/,
  );
  expect(await clone.git("worktree", "list")).not.toContain("\n");
  // Long, because it installs the packages three times, and runs most tests.
}, 3_600_000);
