import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Tree } from "../tree.ts";
import { SetupError } from "../error.ts";
import { howToUndo, unknownTo } from "../init/git.ts";
import type { Part } from "./part.ts";

/**
 * Writes the changes of a tree, and runs the programs that do the rest: they remove unused
 * dependencies, draw the imports and format.
 *
 * @param deleted the parts that the changes delete
 * @returns how to undo all this
 * @throws SetupError if a program fails. It says how to undo the rest.
 */
export async function saveAndTidy(tree: Tree, deleted: Part[]): Promise<string> {
  const unknown = unknownTo(tree.root);
  try {
    await save(tree, deleted);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new SetupError(`${error.message}\n${howToUndo(tree.root, unknown)}`, { cause: error });
  }
  return howToUndo(tree.root, unknown);
}

async function save(tree: Tree, deleted: Part[]): Promise<void> {
  const written = tree.changes().flatMap(({ file, after }) => (after === undefined ? [] : [file]));
  tree.save();
  const { root } = tree;
  for (const command of deleted.flatMap((part) => part.run)) await run(root, command);
  if (deleted.length > 0) {
    // First dependencies, because unused entries of the catalog depend on them.
    for (const type of ["dependencies", "catalog"]) {
      await run(root, `knip --fix --fix-type ${type} --no-progress --no-exit-code`, "ignore");
    }
    const { scripts } = JSON.parse(tree.read("package.json")) as {
      scripts: Record<string, string>;
    };
    if (scripts["arrows"]) await run(root, scripts["arrows"]);
  }
  // Only these: a person's other files stay as they are.
  const files = new Set([...written, ...(deleted.length > 0 ? tidied(tree) : [])]);
  await format(root, [...files]);
}

/** The files from which the programs remove what no source needs any more. */
export const tidied = (tree: Tree): string[] =>
  tree
    .list("{package.json,pnpm-workspace.yaml,ARCHITECTURE.md,{apps,packages,tools}/*/package.json}")
    .filter(tree.has);

/**
 * Runs no shell, which might interpret a file's name. Formats some files at a time, because Windows
 * limits the length of a command.
 */
async function format(cwd: string, files: string[]): Promise<void> {
  const prettier = path.join(cwd, "node_modules/prettier/bin/prettier.cjs");
  for (let at = 0; at < files.length; at += 200) {
    const args = ["--write", "--ignore-unknown", "--log-level=warn", ...files.slice(at, at + 200)];
    await ended("prettier", spawn(process.execPath, [prettier, ...args], { cwd, stdio: STDIO }));
  }
}

const STDIO: StdioOptions = ["ignore", "inherit", "inherit"];

/** @throws SetupError if the command fails */
async function run(
  cwd: string,
  command: string,
  stdout: "inherit" | "ignore" = "inherit",
): Promise<void> {
  await ended(command, spawn(command, { cwd, shell: true, stdio: ["ignore", stdout, "inherit"] }));
}

async function ended(command: string, child: ChildProcess): Promise<void> {
  const [code] = (await once(child, "exit")) as [number | null];
  if (code === 0) return;
  throw new SetupError(`This command failed, after the files were changed: ${command}`);
}
