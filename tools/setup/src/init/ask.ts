import { cancel, isCancel, log, multiselect, select, text } from "@clack/prompts";
import { AppError } from "@repo/errors";
import { parts } from "../delete/parts.ts";
import type { Tree } from "../tree.ts";
import { type Answers, QUESTIONS, checkParts, partsIn, usuallyLeftOut } from "./answers.ts";

/** The values of flags, by their names. */
type Flags = Record<string, string | undefined>;

/**
 * The answers: from flags, otherwise from the person, otherwise those that the clone has.
 *
 * @param isAsking whether there is a person at a terminal
 * @throws AppError `BAD_ANSWER` if a flag's value is refused; `CANCELLED` if the person leaves
 */
export async function ask(tree: Tree, flags: Flags, isAsking: boolean): Promise<Answers> {
  const answers: Partial<Answers> = {};
  for (const { key, flag, about, initial, check } of QUESTIONS) {
    const given = flags[flag];
    const offered = initial(tree, answers);
    if (given === undefined && isAsking) {
      answers[key] = (
        await answer(
          text({
            message: about,
            initialValue: offered,
            validate: (value = "") => check(value.trim(), tree),
          }),
        )
      ).trim();
      continue;
    }
    const value = given ?? offered;
    const wrong = check(value, tree);
    if (wrong && given === undefined) {
      throw new AppError(
        "BAD_ANSWER",
        `Give --${flag}: without a terminal, or with --yes, this command cannot ask for it.`,
      );
    }
    if (wrong) throw new AppError("BAD_ANSWER", `--${flag} "${value}": ${wrong}.`);
    answers[key] = value;
  }
  const without = await askParts(tree, flags["without"], isAsking);
  return { ...(answers as Answers), without };
}

async function askParts(
  tree: Tree,
  given: string | undefined,
  isAsking: boolean,
  selected = usuallyLeftOut(tree),
): Promise<string[]> {
  if (given !== undefined || !isAsking) {
    const listed = given?.split(",").filter((name) => !["", "none"].includes(name));
    const names = listed ?? selected;
    const wrong = checkParts(names);
    if (wrong) throw new AppError("BAD_ANSWER", `--without "${given}": ${wrong}.`);
    return names;
  }
  const names = await answer(
    multiselect({
      message: "Leave out (space selects; pnpm app:delete can do it later)",
      options: partsIn(tree).map((name) => ({
        value: name,
        label: name,
        hint: parts[name]?.about ?? "",
      })),
      initialValues: selected,
      required: false,
    }),
  );
  const wrong = checkParts(names);
  if (!wrong) return names;
  log.error(wrong);
  return askParts(tree, given, isAsking, names);
}

/** @param lines shows every changed line @returns whether the person wants the changes */
export async function confirm(lines: () => void): Promise<boolean> {
  for (;;) {
    const choice = await answer(
      select({
        message: "Write these changes?",
        options: [
          { value: "write", label: "Yes" },
          { value: "show", label: "Show every line first" },
          { value: "cancel", label: "No, change nothing" },
        ],
      }),
    );
    if (choice !== "show") return choice === "write";
    lines();
  }
}

async function answer<T>(prompt: Promise<T>): Promise<Exclude<T, symbol>> {
  const value = await prompt;
  if (!isCancel(value)) return value as Exclude<T, symbol>;
  cancel("Nothing was changed.");
  throw new AppError("CANCELLED", "You have left app:init. Run it again at any time.");
}
