import { rmSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { replace } from "../recipes/recipe.ts";
import { recipes } from "../recipes/recipes.ts";
import { type Folder, makeFolder } from "../test-folder.ts";
import { type Starter, publishStarter } from "./starter.ts";

// Updates clones that were changed as people do, with git, pnpm and PostgreSQL as they use them.

const MINUTES = 60_000;
const MIGRATIONS = "packages/db/prisma/migrations";
const MINE = "20991231235959_notes";
const LIMITS = "packages/accounts/src/limits/limits.ts";

/** A clone of the first version, or a copy of its files, without its history. */
async function takeCopy({ folder, versions }: Starter, hasHistory: boolean): Promise<Folder> {
  const clone = await makeFolder();
  await clone.git("clone", "--quiet", folder.at("."), ".");
  await clone.git("reset", "--quiet", "--hard", `v${versions[0]}`);
  if (hasHistory) return clone;
  rmSync(clone.at(".git"), { recursive: true });
  await clone.git("init", "--quiet");
  await clone.commit("Begin");
  return clone;
}

/** What people do with a clone. */
async function makeItTheirs(clone: Folder, starter: Folder): Promise<void> {
  const answers = {
    name: "Rocket & Sons",
    package: "rocket",
    tagline: "It's rockets, by email.",
    support: "help@rocket.example",
    color: "#a03010",
    upstream: pathToFileURL(starter.at(".")).href,
    without: "bench-and-chaos,smtp",
  };
  const flags = Object.entries(answers).map(([flag, answer]) => `--${flag}=${answer}`);
  await clone.pnpm("app:init", ...flags, "--yes");
  await clone.commit("Begin Rocket & Sons");

  await clone.pnpm(..."email:new --name order-placed --category account --kind list".split(" "));
  const table = recipes.find(({ title }) => title === "A table of your own, with a page");
  for (const [file, edit] of Object.entries(table?.edits ?? {})) {
    const text = edit(clone.has(file) ? clone.read(file) : "", clone.at("."));
    clone.write(file, String(text));
  }
  clone.write(
    `${MIGRATIONS}/${MINE}/migration.sql`,
    `CREATE TABLE "notes" (
      "id" UUID NOT NULL, "user_id" UUID NOT NULL, "text" TEXT NOT NULL,
      "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
      CONSTRAINT "notes_pkey" PRIMARY KEY ("id"),
      CONSTRAINT "notes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id")
        ON DELETE RESTRICT ON UPDATE CASCADE
    );
    CREATE INDEX "notes_user_id_idx" ON "notes"("user_id");\n`,
  );
  // A dependency, beside one that the starter changes.
  clone.edit("pnpm-workspace.yaml", replace("  nodemailer:", "  nanoid: 6.0.2\n  nodemailer:"));
  clone.edit("apps/web/package.json", replace('"pino":', '"nanoid": "catalog:",\n    "pino":'));
  clone.edit("apps/web/src/pages/notes.tsx", (text) =>
    `import { nanoid } from "nanoid";\n${text}`.replace(
      "json: { text: name }",
      "json: { text: name, reference: nanoid() }",
    ),
  );
  // A file that the starter renames.
  clone.edit(
    "apps/web/src/http/public-files.ts",
    replace("// Shorter than", "// Much shorter than"),
  );
  clone.edit("packages/brand/brand.json", replace("1 Example Street", "2 Rocket Road"));
  clone.edit("README.md", (text) => `${text}\n## Our rockets\n\nThey fly.\n`);
  await clone.pnpm("db:migrate", "--name", "nothing");
  await sql(
    clone,
    `INSERT INTO suppressions (address_key, reason) VALUES ('a@example.com', 'bounce')`,
  );
  await clone.pnpm("fix");
  await clone.commit("A page, an email, a table");
}

async function sql(clone: Folder, statement: string): Promise<void> {
  clone.write(".local/statement.sql", statement);
  await clone.pnpm("db:prisma", "db", "execute", "--file", clone.at(".local/statement.sql"));
}

const everything = async (clone: Folder) =>
  (
    await Promise.all([
      clone.git("rev-parse", "HEAD^{tree}"),
      clone.git("status", "--porcelain", "--branch"),
      clone.git("config", "--local", "--list"),
    ])
  ).join("\n");

test.each([
  ["without conflicts, and with the starter's history", { conflicts: false, hasHistory: true }],
  ["with conflicts, and without a history", { conflicts: true, hasHistory: false }],
])(
  "takes a newer version into a changed clone %s",
  async (_, { conflicts, hasHistory }) => {
    const starter = await publishStarter();
    const [old, next] = starter.versions;
    const clone = await takeCopy(starter, hasHistory);
    await makeItTheirs(clone, starter.folder);
    const depth = await clone.git("rev-list", "--count", "HEAD");

    if (conflicts) {
      clone.edit(LIMITS, replace("CLIENT_POSTS = 60", "CLIENT_POSTS = 100"));
      expect(await clone.refused("app:update")).toContain(`Commit these changes first`);
      await clone.git("rm", "--quiet", "apps/web/src/http/public-files.test.ts");
      await clone.commit("More posts");
    }
    const mine = await everything(clone);
    // As git starts it from a hook, or from an alias in a worktree: git then names the repository.
    const { packageManager } = JSON.parse(clone.read("package.json")) as { packageManager: string };
    const alias = `alias.check=!npx -y ${packageManager} app:update --check`;
    const checked = await clone.git(`--git-dir=${clone.at(".git")}`, "-c", alias, "check");
    expect(checked).toContain(`This clone has ${old}. Newer: ${next}.`);
    expect(checked).toContain("Restart the worker first.");
    expect(await everything(clone)).toBe(mine);
    const said = await (conflicts ? clone.refused("app:update") : clone.pnpm("app:update"));
    const added = "21000101000000_session_ended_by";
    expect(said).toContain("Restart the worker first.");
    expect(said).toContain(added);
    const [, undo = ""] = /^To undo .*: git (.*)$/m.exec(said) ?? [];
    await clone.git(...undo.split(" "));
    expect(await everything(clone)).toBe(mine);
    await (conflicts ? clone.refused("app:update") : clone.pnpm("app:update"));

    if (conflicts) {
      const gone = "apps/web/src/http/static-files.test.ts";
      expect(said).toMatch(new RegExp(`^${LIMITS}\n  You and the starter have changed it`, "m"));
      expect(said).toMatch(new RegExp(`^${gone}\n  You have deleted it`, "m"));
      expect((await clone.git("diff", "--name-only", "--diff-filter=U")).split("\n")).toEqual([
        gone,
        LIMITS,
      ]);
      await clone.git("checkout", "--theirs", LIMITS);
      await clone.git("add", LIMITS);
      await clone.git("rm", "--quiet", gone);
    }
    expect(await clone.git("diff", "--name-only")).toBe("");
    await clone.commit(`Update to ${next}`);

    // What is the starter's.
    expect(clone.read("apps/web/src/http/security-headers.ts")).toContain("objectSrc");
    expect(clone.read("packages/db/prisma/schema.prisma")).toContain("endedBy");
    expect(clone.read("README.md")).toContain("Later starts take 3 seconds.");
    expect(clone.read("pnpm-lock.yaml")).toMatch(
      /mailparser:\n +specifier: .*\n +version: 3\.12\.4/,
    );
    // What is the person's.
    expect(clone.read("apps/web/src/app.ts")).toContain("notes(db)");
    expect(clone.read("apps/web/src/http/static-files.ts")).toContain("// Much shorter than");
    expect(clone.has("apps/web/src/http/public-files.ts")).toBe(false);
    expect(clone.read("packages/brand/brand.json")).toContain("2 Rocket Road");
    expect(clone.read("README.md")).toMatch(/^# Rocket & Sons\n/);
    expect(clone.read("README.md")).toContain("## Our rockets");
    expect(clone.read("pnpm-lock.yaml")).toContain("nanoid@6.0.2:");
    expect(clone.read("package.json")).toContain('"name": "rocket"');
    // What was left out.
    expect(clone.has("packages/email/src/transports/smtp.ts")).toBe(false);
    expect(clone.has("tools/bench")).toBe(false);
    expect(JSON.parse(clone.read(".starter.json"))).toMatchObject({
      version: next,
      commit: await starter.folder.git("rev-parse", `v${next}^{commit}`),
      leftOut: ["bench-and-chaos", "smtp"],
    });
    // The history has the person's commits only.
    const own = Number(await clone.git("rev-list", "--count", "HEAD")) - Number(depth);
    expect(own).toBe(conflicts ? 2 : 1);
    expect(clone.has(".git/shallow")).toBe(false);

    // Existing databases get the migration without a reset, and new ones get it too.
    expect(clone.list(MIGRATIONS)).toEqual(expect.arrayContaining([MINE, added]));
    await clone.pnpm("db:migrate", "--name", "nothing");
    await sql(clone, "SELECT 1 / count(*) FROM suppressions");
    await sql(clone, "SELECT ended_by FROM sessions");
    expect(await clone.git("status", "--porcelain")).toBe("");
    await clone.pnpm("check");
    await clone.pnpm("test");
    expect(await clone.pnpm("app:update")).toContain(`Nothing is newer than ${next}.`);
  },
  60 * MINUTES,
);
