import { cpSync, renameSync } from "node:fs";
import path from "node:path";
import { replace } from "../recipes/recipe.ts";
import { openRepository } from "../repository.ts";
import { type Folder, makeFolder } from "../test-folder.ts";

const root = path.join(import.meta.dirname, "../../../..");

/** A git repository with two versions of the starter. */
export interface Starter {
  folder: Folder;
  versions: [string, string];
  /** The name of the second version's migration. */
  migration: string;
}

/** Publishes this repository as one version, and a newer one. */
export async function publishStarter(): Promise<Starter> {
  const repository = openRepository(root);
  const folder = await makeFolder();
  for (const file of repository.files) cpSync(path.join(root, file), folder.at(file));
  const { version } = JSON.parse(folder.read("package.json")) as { version: string };
  const [major = "", minor = ""] = version.split(".");
  const next = `${major}.${Number(minor) + 1}.0`;
  await folder.git("init", "--quiet", "--initial-branch=main");
  await folder.commit(version);
  await folder.tag(version);
  const migration = await release(folder, next);
  await folder.commit(next);
  await folder.tag(next);
  return { folder, versions: [version, next], migration };
}

/** What upstream changes: a repair, a column, a renamed file, a dependency, parts, documents. */
async function release(folder: Folder, version: string): Promise<string> {
  folder.edit("package.json", (text) => text.replace(/"version": ".*"/, `"version": "${version}"`));
  // The repair, with its test.
  folder.edit(
    "apps/web/src/http/security-headers.ts",
    replace(`baseUri: ["'none'"],`, `baseUri: ["'none'"],\n        objectSrc: ["'none'"],`),
  );
  folder.edit(
    "apps/web/src/app.test.ts",
    replace("base-uri 'none'\"", "base-uri 'none';object-src 'none'\""),
  );
  folder.edit(
    "packages/accounts/src/limits/limits.ts",
    replace("CLIENT_POSTS = 60", "CLIENT_POSTS = 50"),
  );
  // A column.
  folder.edit(
    "packages/db/prisma/schema.prisma",
    replace(
      "  device            String?\n",
      '  device            String?\n  endedBy           String?  @map("ended_by")\n',
    ),
  );
  folder.edit(
    "packages/accounts/src/person/account-tables.ts",
    // As Prettier writes it: app:init formats only what it changes.
    replace(
      '["id", "device", "created_at", "used_at", "password_checked_at", "expires_at"]',
      `[
      "id",
      "device",
      "ended_by",
      "created_at",
      "used_at",
      "password_checked_at",
      "expires_at",
    ]`,
    ),
  );
  const newest =
    folder
      .list("packages/db/prisma/migrations")
      .filter((name) => /^\d/.test(name))
      .at(-1) ?? "";
  const migration = `${Number(newest.slice(0, 14)) + 1}_session_ended_by`;
  folder.write(
    `packages/db/prisma/migrations/${migration}/migration.sql`,
    'ALTER TABLE "sessions" ADD COLUMN "ended_by" TEXT;\n',
  );
  // A renamed file.
  for (const name of ["public-files.ts", "public-files.test.ts"]) {
    const http = (file: string) => folder.at(`apps/web/src/http/${file}`);
    renameSync(http(name), http(name.replace("public", "static")));
  }
  folder.edit(
    "apps/web/src/http/static-files.test.ts",
    replace("./public-files.ts", "./static-files.ts"),
  );
  folder.edit("apps/web/src/app.ts", replace("./http/public-files.ts", "./http/static-files.ts"));
  // A dependency.
  folder.edit("pnpm-workspace.yaml", replace("mailparser: 3.14.2", "mailparser: 3.12.4"));
  await folder.pnpm("install", "--lockfile-only", "--no-frozen-lockfile");
  // Of parts that clones leave out.
  folder.edit("packages/email/src/transports/smtp.ts", (text) => `${text}\n// A change.\n`);
  folder.write("tools/bench/src/new.ts", "export {};\n");
  // Documents.
  folder.edit("README.md", replace("Later starts take 4 seconds.", "Later starts take 3 seconds."));
  folder.edit(
    "docs/upgrading.md",
    (text) => `${text}\n## ${version}\n\nRestart the worker first.\n`,
  );
  return migration;
}
