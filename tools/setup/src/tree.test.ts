import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { forgetRepository } from "./env.ts";
import { openTree } from "./tree.ts";

it("the files of a worktree do not include .git, with which a copy would commit into the repository", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tree-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(path.join(folder, "module"));
  for (const file of [".git", "a.ts", "module/.git"]) {
    writeFileSync(path.join(folder, file), "gitdir: /home/me/app/.git/worktrees/new\n");
  }
  expect(openTree(folder).files()).toEqual(["a.ts"]);
});

it("git works on the repository of its folder, whatever a hook or an alias says", () => {
  const env = { GIT_DIR: "/app/.git", GIT_INDEX_FILE: "x", GIT_SSL_CAINFO: "ca.pem", PATH: "/bin" };
  forgetRepository(env);
  expect(env).toEqual({ GIT_SSL_CAINFO: "ca.pem", PATH: "/bin" });
});
