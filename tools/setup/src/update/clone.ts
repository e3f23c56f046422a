import { AppError } from "@repo/errors";
import { SIGNALS } from "./upstream.ts";
import type { Git } from "./git.ts";

/** Of this worktree: the commit before an update that has begun. */
const BEFORE = "refs/worktree/before-update";
const UNDO = "git reset --hard && git clean -d --force";

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
  const stopped = await git("rev-parse", "--verify", "--quiet", BEFORE).catch(() => undefined);
  if (stopped === head) {
    throw new AppError(
      "NOT_COMMITTED",
      `An update was stopped in the middle. First undo it: ${UNDO}. That also undoes what you have changed since then.`,
    );
  }
  throw new AppError(
    "NOT_COMMITTED",
    `Commit these changes first, or git stash --include-untracked, so that the update can be undone:\n${changes.split("\n").slice(0, 10).join("\n")}`,
  );
}

/**
 * Runs the part of an update that changes the clone. If it fails, the clone is as it was. If it is
 * stopped, the next update says how to undo it.
 *
 * @param head the clone's commit; nothing else may be changed in the clone
 */
export async function wholeOrNothing<T>(git: Git, head: string, act: () => Promise<T>): Promise<T> {
  const say = () => console.error(`Stopped in the middle of the update. Undo it: ${UNDO}`);
  await git("update-ref", BEFORE, head);
  for (const signal of SIGNALS) process.prependOnceListener(signal, say);
  try {
    return await act();
  } catch (error) {
    await git("reset", "--hard", "--quiet", head);
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, say);
    await git("update-ref", "-d", BEFORE);
  }
}
