import { SetupError } from "../error.ts";
import { refuseUnsaved } from "../init/git.ts";
import { forget } from "../record.ts";
import { root } from "../root.ts";
import { openTree } from "../tree.ts";
import { parts } from "./parts.ts";
import { planDeletion } from "./plan.ts";
import { saveAndTidy, tidied } from "./tidy.ts";

/**
 * `pnpm app:delete NAME…`: deletes parts of this clone and every reference to them.
 *
 * @throws SetupError if there is no such part, or if this clone has changed a reference to it;
 *   AppError `NOT_COMMITTED` if git could not bring back what it changes. Nothing is written then.
 */
export async function appDelete(names: string[]): Promise<void> {
  const deleted = names.flatMap((name) => parts[name] ?? []);
  if (names.length === 0 || deleted.length < names.length) {
    const unknown = names.find((name) => !parts[name] && !name.startsWith("-"));
    const said = unknown === undefined ? "Which parts?" : `There is no part "${unknown}".`;
    const known = Object.entries(parts).map(([each, { about }]) => `  ${each.padEnd(16)}${about}`);
    throw new SetupError(`${said} pnpm app:delete NAME…\n${known.join("\n")}`);
  }
  const tree = openTree(root);
  for (const part of deleted) planDeletion(tree, part);
  forget(tree, names);
  refuseUnsaved(root, tree.changes(), tidied(tree));
  const undo = await saveAndTidy(tree, deleted);
  console.log(
    `${names.join(", ")} ${names.length > 1 ? "are" : "is"} deleted. Look at the changes with git diff, then run pnpm check and pnpm test.\n${undo}`,
  );
}
