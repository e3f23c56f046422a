import { readFileSync } from "node:fs";
import path from "node:path";
import { AppError } from "@repo/errors";
import { parse } from "yaml";
import { RECORD } from "../record.ts";
import { entries } from "./git.ts";
import { MIGRATIONS } from "./migrations.ts";
import { pnpm } from "./pnpm.ts";
import type { Upstream } from "./upstream.ts";

/** The parts that a version can do without, by their names. */
const PARTS = "tools/setup/src/delete/parts.yaml";

/** A version of upstream with the clone's names and brand, and without the parts that it left out. */
export interface Made {
  /** A commit in upstream's folder, without lockfiles and without the record. */
  commit: string;
  /** Lockfile → its text. They are not merged line by line. */
  lockfiles: Map<string, string>;
}

/**
 * Turns a fetched version into this product, by that version's own `pnpm app:init`.
 *
 * @param answers the arguments of app:init, for the parts that the version has
 * @param parent the parent of the commit that it makes
 * @throws AppError `UPSTREAM_FAILED` if its install or its app:init fails
 */
export async function remake(
  { git, folder }: Upstream,
  commit: string,
  answers: (parts: string[]) => string[],
  parent?: string,
): Promise<Made> {
  await git("checkout", "--quiet", "--force", "--detach", commit);
  // The second version then installs only what differs.
  await git("clean", "-dfxq", "--exclude=node_modules");
  await run(folder, commit, "install", "--frozen-lockfile", "--prefer-offline");
  const parts = parse(readFileSync(path.join(folder, PARTS), "utf8")) as object;
  await run(folder, commit, "run", "app:init", ...answers(Object.keys(parts)));

  await git("add", "--all");
  const files = entries(await git("ls-files", "-z"));
  const locks = files.filter((file) => path.posix.basename(file) === "pnpm-lock.yaml");
  // Migrations that app:init writes: their names contain the time of the run, and the clone has its
  // own.
  const own = new Set(entries(await git("ls-tree", "-r", "-z", "--name-only", commit)));
  const written = files.filter((file) => file.startsWith(`${MIGRATIONS}/`) && !own.has(file));
  const left = [...locks, ...written, RECORD];
  const lockfiles = new Map(
    locks.map((file) => [file, readFileSync(path.join(folder, file), "utf8")]),
  );
  await git("--literal-pathspecs", "rm", "--cached", "-q", "--ignore-unmatch", "--", ...left);
  return { commit: await commitIndex(git, parent), lockfiles };
}

/** Commits without hooks and signatures, whatever the person's configuration says. */
async function commitIndex(git: Upstream["git"], parent: string | undefined): Promise<string> {
  const identity = ["-c", "user.name=app:update", "-c", "user.email=app-update@example.com"];
  const parents = parent === undefined ? [] : ["-p", parent];
  const tree = await git("write-tree");
  return git(...identity, "commit-tree", ...parents, "-m", "The starter's changes", tree);
}

async function run(folder: string, commit: string, ...args: string[]): Promise<void> {
  const { succeeded, output } = await pnpm(folder, args);
  if (succeeded) return;
  const end = output.trim().split("\n").slice(-20).join("\n");
  throw new AppError(
    "UPSTREAM_FAILED",
    `pnpm ${args.join(" ")} failed in a copy of the starter's commit ${commit.slice(0, 12)}. Your clone is unchanged. It printed:\n${end}`,
  );
}
