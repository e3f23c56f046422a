import { readBrand, ownerIn } from "../init/clone.ts";
import { type Answers, QUESTIONS } from "../init/answers.ts";
import { readNames } from "../init/names.ts";
import type { Record } from "../record.ts";
import type { Tree } from "../tree.ts";

/**
 * The arguments of `pnpm app:init` that make a fresh copy of the starter this clone's product.
 *
 * @param known the parts that the copy has
 */
export function initArguments(tree: Tree, record: Record, known: string[]): string[] {
  const { tagline, supportEmail, colors } = readBrand(tree);
  const answers: Omit<Answers, "without"> = {
    name: readNames(tree).name,
    package: record.name,
    tagline,
    supportEmail,
    color: colors.accent,
    owner: tree.has("LICENSE") ? ownerIn(tree.read("LICENSE")) : "",
    upstream: record.upstream,
  };
  // If app:init would refuse an answer, a person has written it by hand. The merge then keeps it,
  // like any other change.
  const usable = QUESTIONS.filter(({ key, check }) => !check(answers[key], tree));
  const without = record.leftOut.filter((part) => known.includes(part));
  return [
    "--yes",
    ...usable.map(({ key, flag }) => `--${flag}=${answers[key]}`),
    `--without=${without.join(",") || "none"}`,
  ];
}
