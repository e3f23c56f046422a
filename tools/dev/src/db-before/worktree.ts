import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../env.ts";
import { MIGRATIONS, git } from "./versions.ts";

/** All that uses the database and is deployed. */
const USERS = ["...^@repo/db", "!./tools/*"];

/**
 * Runs the tests of a commit in a folder of its own, on databases with this version's migrations.
 *
 * @param packages default: all that use the database
 * @returns whether they pass
 */
export async function passTests(commit: string, packages: string[]): Promise<boolean> {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), "before-"));
  // As root, PostgreSQL runs as another user, who must be able to enter the folder.
  chmodSync(folder, 0o755);
  try {
    git("worktree", "add", "--quiet", "--detach", folder, commit);
    const migrations = path.join(folder, MIGRATIONS);
    rmSync(migrations, { recursive: true });
    cpSync(path.join(root, MIGRATIONS), migrations, { recursive: true });
    const installed = await succeeds(folder, "pnpm install --frozen-lockfile --prefer-offline");
    return installed && (await succeeds(folder, testCommand(commit, packages)));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    git("worktree", "prune");
  }
}

function testCommand(commit: string, packages: string[]): string {
  const chosen = packages.length > 0 ? packages : USERS;
  return [
    "node tools/dev/src/turbo.ts run test --continue",
    ...chosen.map((each) => `"--filter=${each}"`),
    "-- --maxWorkers=1",
    ...inventories(commit).map((file) => `"--exclude=${file}"`),
  ].join(" ");
}

/**
 * The tests that compare the code with the list of all columns. They fail on each new column, and
 * the old version does not use it.
 *
 * @returns their paths in their packages: `src/person/map.test.ts`
 */
function inventories(commit: string): string[] {
  try {
    return git("grep", "-l", "-F", "information_schema.columns", commit, "--", "*.test.ts")
      .split("\n")
      .map((line) => line.replace(/^.*?:[^/]+\/[^/]+\//, ""));
  } catch {
    // git grep fails if it finds nothing.
    return [];
  }
}

/** In a shell, because pnpm is a script on some systems. */
async function succeeds(cwd: string, command: string): Promise<boolean> {
  const child = spawn(command, { cwd, shell: true, stdio: ["ignore", "inherit", "inherit"] });
  // Ctrl-C reaches the child too. This process then removes the folder.
  const wait = () => undefined;
  process.on("SIGINT", wait);
  const [code] = (await once(child, "exit")) as [number | null];
  process.off("SIGINT", wait);
  return code === 0;
}
