import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Tree } from "../tree.ts";
import { SetupError } from "../error.ts";
import type { Part } from "./part.ts";

/**
 * Writes the changes of a tree, and runs the programs that do the rest: they remove unused
 * dependencies, draw the imports and format.
 *
 * @param deleted the parts that the changes delete
 * @throws SetupError if a program fails
 */
export async function saveAndTidy(tree: Tree, deleted: Part[]): Promise<void> {
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
  const files = deleted.length > 0 ? "." : written.map((file) => `"${file}"`).join(" ");
  await run(root, `prettier --write --ignore-unknown --log-level warn ${files}`);
}

/** @throws SetupError if the command fails */
async function run(
  cwd: string,
  command: string,
  stdout: "inherit" | "ignore" = "inherit",
): Promise<void> {
  const child = spawn(command, { cwd, shell: true, stdio: ["ignore", stdout, "inherit"] });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code === 0) return;
  throw new SetupError(
    `This command failed, after the files were changed: ${command}\ngit restore . undoes the changes.`,
  );
}
