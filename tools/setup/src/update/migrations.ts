import path from "node:path";
import { type Git, entries } from "./git.ts";

export const MIGRATIONS = "packages/db/prisma/migrations";

/**
 * Gives upstream's new migrations a later time than the clone's newest one has, if theirs is
 * earlier. Otherwise a new database would get them before the clone's, and an existing database,
 * which has the clone's already, after them.
 *
 * @param base upstream's commit that the clone has
 * @param theirs upstream's new commit
 * @returns the names of upstream's new migrations
 */
export async function moveMigrations(git: Git, base: string, theirs: string): Promise<string[]> {
  const before = await migrationsOf(git, base);
  const after = await migrationsOf(git, theirs);
  const own = await migrationsOf(git, "HEAD");
  const newest = own.findLast((name) => !Number.isNaN(timeOf(name)));
  const added = after.filter((name) => !before.includes(name) && !own.includes(name));
  const names = laterThan(newest ?? "", added);
  for (const [index, name] of added.entries()) {
    const moved = names[index] ?? name;
    if (moved !== name) await git("mv", `${MIGRATIONS}/${name}`, `${MIGRATIONS}/${moved}`);
  }
  return names;
}

/** @param names in order @returns the same ones, with later times where these are needed */
export function laterThan(newest: string, names: string[]): string[] {
  const first = names[0];
  if (first === undefined || first > newest) return names;
  const begin = timeOf(newest);
  return names.map((name, index) => {
    const time = new Date(begin + (index + 1) * 1_000).toISOString().replaceAll(/\D/g, "");
    return time.slice(0, 14) + name.slice(14);
  });
}

/** @returns NaN if the name does not begin with a time: Prisma takes any name */
function timeOf(name: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** The names of a commit's migrations, in the order in which Prisma applies them. */
async function migrationsOf(git: Git, commit: string): Promise<string[]> {
  const tree = await git("ls-tree", "-d", "-z", "--name-only", commit, `${MIGRATIONS}/`);
  return entries(tree)
    .map((folder) => path.posix.basename(folder))
    .toSorted();
}
