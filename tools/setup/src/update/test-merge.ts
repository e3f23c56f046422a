import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { type Git, gitIn } from "./git.ts";
import { BRANCH, merge } from "./merge.ts";

type Files = Record<string, string>;

export const lines = (...changed: string[]) =>
  ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    .map((line, at) => `${changed[at] ?? line}\n`)
    .join("");

/** Two versions of upstream, and a clone of the first that has changed: each file's contents. */
export async function mergeFiles(
  before: Files,
  theirs: Files,
  ours: Files,
  lock: Files = {},
  ignored: Files = {},
) {
  const [folder = "", root = ""] = await Promise.all(["upstream", "clone"].map(repository));
  const upstream = gitIn(folder);
  const base = await commit(folder, before);
  const after = await commit(folder, theirs);
  await upstream("update-ref", BRANCH, after);
  const clone = gitIn(root);
  const head = await commit(root, ours);
  for (const [file, text] of Object.entries(ignored)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  const lockfiles = (text: string | undefined) =>
    new Map(text === undefined ? [] : [["pnpm-lock.yaml", text]]);
  const merged = await merge(
    clone,
    root,
    folder,
    { commit: base, lockfiles: lockfiles(lock["before"]) },
    { commit: after, lockfiles: lockfiles(lock["after"]) },
  );
  return {
    merged,
    head,
    git: clone,
    upstream,
    read: (file: string) => readFileSync(path.join(root, file), "utf8"),
  };
}

export async function repository(name: string): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), `app-update-test-${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const git = gitIn(folder);
  await git("init", "--quiet");
  await git("config", "user.name", "Somebody");
  await git("config", "user.email", "somebody@example.com");
  return folder;
}

export async function commit(folder: string, files: Files): Promise<string> {
  const git: Git = gitIn(folder);
  await git("rm", "-rq", "--ignore-unmatch", ".");
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  await git("add", "--all");
  await git("commit", "--quiet", "--allow-empty", "--message", "state");
  return git("rev-parse", "HEAD");
}
