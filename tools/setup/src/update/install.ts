import { existsSync } from "node:fs";
import path from "node:path";
import type { Git } from "./git.ts";
import { pnpm } from "./pnpm.ts";

/**
 * Installs what the merged manifests say, brings the lockfiles up to date, and stages them.
 *
 * @param lockfiles their paths
 * @returns the end of what pnpm printed, if it has failed
 */
export async function install(
  git: Git,
  root: string,
  lockfiles: string[],
): Promise<string | undefined> {
  for (const file of lockfiles) {
    if (!existsSync(path.join(root, file))) continue;
    const folder = path.dirname(file);
    // The next commands need the root's packages. Other folders install theirs when they need them.
    const only = folder === "." ? [] : ["--lockfile-only"];
    const args = ["install", "--no-frozen-lockfile", "--prefer-offline", ...only];
    const { succeeded, output } = await pnpm(path.join(root, folder), args);
    if (!succeeded) return output.trim().split("\n").slice(-5).join("\n");
    await git("add", "--", file);
  }
  return undefined;
}
