import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { AppError } from "@repo/errors";
import { saveAndTidy, tidied } from "../delete/tidy.ts";
import { mergeEnvFile } from "../env-file.ts";
import { root } from "../root.ts";
import { saveSecret } from "../save-secret.ts";
import { type Tree, openTree } from "../tree.ts";
import { type Answers, QUESTIONS } from "./answers.ts";
import { ask, confirm } from "./ask.ts";
import { showFiles, showLines } from "./diff.ts";
import { refuseUnsaved } from "./git.ts";
import { planProduct } from "./product.ts";
import { missingSecrets } from "./secrets.ts";
import { readOptions } from "../options.ts";

const HELP = `pnpm app:init

Makes this copy of the starter your product. It asks for each answer that no flag gives, shows the changes, and writes them after a yes. Run it again to change an answer.

${QUESTIONS.map(({ flag, about }) => `  --${flag.padEnd(10)}TEXT  ${about}`).join("\n")}
  --without PART,…  Parts to leave out, or none. Default in a fresh copy: bench-and-chaos.
                    docs/deleting.md lists them.
  --yes             Asks nothing. Without a flag, it takes the answer that the copy has, or the default.
  --dry-run         Asks nothing, writes nothing, and shows every changed line.`;

const ENV = path.join(root, ".env");

/**
 * `pnpm app:init`.
 *
 * @throws AppError (docs/errors.md) or SetupError. Nothing is written then.
 */
export async function appInit(args: string[]): Promise<void> {
  const { yes, "dry-run": isDry, help, ...flags } = readFlags(args);
  if (help) {
    console.log(HELP);
    return;
  }
  const { stdin, stdout } = process;
  const isAsking = stdin.isTTY && stdout.isTTY && !yes && !isDry;
  const tree = openTree(root);
  const answers = await ask(tree, flags, isAsking);
  const { notes, deleted } = planProduct(tree, answers);
  const env = existsSync(ENV) ? readFileSync(ENV, "utf8") : "";
  const secrets = missingSecrets(tree.read(".env.example"), env);
  const changes = tree.changes();
  if (changes.length === 0 && secrets.size === 0) {
    console.log("Nothing to change: this copy has these answers already.");
    return;
  }

  console.log(showFiles(changes));
  if (secrets.size > 0) console.log(`secrets  .env: ${[...secrets.keys()].join(", ")}`);
  for (const note of notes) console.log(`kept     ${note}: your text stays as it is.`);
  const show = () => console.log(showLines(changes, stdout.hasColors?.() ?? false));
  if (isDry) {
    show();
    return;
  }
  refuseUnsaved(root, changes, deleted.length > 0 ? tidied(tree) : []);
  if (isAsking) {
    if (!(await confirm(show))) return;
  } else if (!yes) {
    throw new AppError(
      "NOT_CONFIRMED",
      "Nothing was written, because this command cannot ask without a terminal. Add --yes to write, or --dry-run to see every changed line.",
    );
  }
  const undo = await saveAndTidy(tree, deleted);
  if (secrets.size > 0) {
    saveSecret(ENV, mergeEnvFile(env, secrets, "Made by pnpm app:init. Keep them out of git"));
  }
  console.log(next(answers, tree, undo, secrets.size > 0));
}

function readFlags(args: string[]) {
  const texts = Object.fromEntries(
    [...QUESTIONS.map(({ flag }) => flag), "without"].map((flag) => [
      flag,
      { type: "string" } as const,
    ]),
  );
  const { values } = readOptions({
    args,
    options: {
      ...texts,
      yes: { type: "boolean", short: "y" },
      "dry-run": { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  return values as { yes?: boolean; "dry-run"?: boolean; help?: boolean } & Record<string, string>;
}

function next(
  { name, upstream }: Answers,
  tree: Tree,
  undo: string,
  areSecretsNew: boolean,
): string {
  // What pnpm dev has stored was sealed with the secrets of .env.example.
  const reset =
    areSecretsNew && existsSync(path.join(root, ".local/pg"))
      ? "\n  pnpm db:reset, after you have ended pnpm dev. It empties the development database, whose contents need the old secrets"
      : "";
  const { packageManager } = JSON.parse(tree.read("package.json")) as { packageManager: string };
  return `
This is ${name} now. Next:
  pnpm install, which brings pnpm-lock.yaml up to date${reset}
  pnpm check && pnpm test
  git add --all && git commit -m "Begin ${name}"
If pnpm is not installed, write npx -y ${packageManager} instead of pnpm.
Then set website and postalAddress in packages/brand/brand.json: emails show them.
The text of the home page is in apps/web/src/texts: home, in each language.
${undo}${areSecretsNew ? "\nThe new secrets stay in .env." : ""}${
    upstream === "" ? `\nFor updates, say where the copy is from: pnpm app:init --upstream URL` : ""
  }`;
}
