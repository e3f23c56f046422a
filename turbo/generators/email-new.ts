// `pnpm email:new`: turns flags into the positions that turbo's generator takes.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { categories } from "../../packages/templates/src/categories.ts";
import { KINDS } from "./config.ts";
import { nameProblem } from "./name.ts";

const root = join(import.meta.dirname, "..", "..");

const USAGE = `Usage: pnpm email:new [--name NAME] [--category CATEGORY] [--kind KIND]

Writes packages/templates/src/emails/NAME and registers it. Asks for what is not given.

  --name      in kebab-case: order-shipped
  --category  ${Object.keys(categories).join(", ")}
              (packages/templates/src/categories.ts)
  --kind      plain    a text and a button
              list     a picture, a list and a button
              receipt  lines with amounts and a total
              code     a one-time code`;

/** To the generator this means: ask. */
const ASK = "_";

function run(): number {
  const { values } = parseArgs({
    options: {
      name: { type: "string" },
      category: { type: "string" },
      kind: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const flags = [values.name, values.category, values.kind];
  if (flags.includes(undefined) && !process.stdin.isTTY) {
    console.error(`Without a terminal, pass all three flags.\n\n${USAGE}`);
    return 1;
  }
  const problem =
    (values.name !== undefined && nameProblem(values.name, root)) ||
    choiceProblem("category", values.category, Object.keys(categories)) ||
    choiceProblem(
      "kind",
      values.kind,
      KINDS.map(({ value }) => value),
    );
  if (problem) {
    console.error(problem);
    return 1;
  }
  const gen = join(root, "node_modules", "@turbo", "gen", "dist", "cli.js");
  const args = [gen, "run", "email", "--args", ...flags.map((flag) => flag ?? ASK)];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  return status ?? 1;
}

function choiceProblem(flag: string, value: string | undefined, choices: string[]) {
  if (value === undefined || choices.includes(value)) return undefined;
  return `There is no ${flag} "${value}". Choose one of these: ${choices.join(", ")}.`;
}

try {
  process.exitCode = run();
} catch (error) {
  // An unknown flag.
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 1;
}
