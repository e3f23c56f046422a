import { AppError } from "@repo/errors";
import type { Git } from "./git.ts";

/**
 * The commit of a clone that may be changed.
 *
 * @throws AppError `NO_GIT` if the folder is not the root of a repository with a commit;
 *   `NOT_COMMITTED` if it has changes that are not committed
 */
export async function requireCommitted(git: Git): Promise<string> {
  const prefix = await git("rev-parse", "--show-prefix").catch(() => undefined);
  const head = await git("rev-parse", "--verify", "--quiet", "HEAD").catch(() => undefined);
  if (prefix !== "" || head === undefined) {
    throw new AppError(
      "NO_GIT",
      prefix
        ? "This folder is a part of another git repository. Make it a repository of its own, so that an update can be undone."
        : 'Without git an update could not be undone. First: git init, git add --all, git commit -m "Before the update"',
    );
  }
  const changes = await git("status", "--porcelain", "--untracked-files=normal");
  if (changes === "") return head;
  throw new AppError(
    "NOT_COMMITTED",
    `Commit these changes first, or git stash --include-untracked, so that the update can be undone:\n${changes.split("\n").slice(0, 10).join("\n")}`,
  );
}
