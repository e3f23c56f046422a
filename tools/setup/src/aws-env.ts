import { readFileSync } from "node:fs";
import path from "node:path";
import { text as textOf } from "node:stream/consumers";
import { readText } from "./aws-init/project.ts";
import { mergeEnvFile, valuesIn } from "./env-file.ts";
import { SetupError } from "./error.ts";
import { settingsIn } from "./outputs.ts";
import { readStack } from "./pulumi.ts";
import { root } from "./root.ts";
import { saveSecret } from "./save-secret.ts";
import { readOptions } from "./options.ts";

const HELP = `pnpm aws:env [-]

Writes the stack's settings and keys into an env file that only you can read. It empties what is left there of the stand-in or of another stack, keeps the rest, and prints no value.

  -             reads the output of pulumi stack output --json --show-secrets
  --stack NAME  the stack. Default: the selected one.
  --file FILE   the env file. Default: .env.`;

/** `pnpm aws:env`. */
export async function awsEnv(args: string[]): Promise<void> {
  const { values, positionals } = readOptions({
    args,
    allowPositionals: true,
    options: {
      // Not --env-file: the Node.js that runs pnpm consumes it wherever it stands.
      file: { type: "string", default: ".env" },
      stack: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const piped = positionals[0] === "-";
  if (positionals.length > (piped ? 1 : 0)) {
    throw new SetupError(`"${positionals.at(-1)}" is not an argument of pnpm aws:env. See --help.`);
  }
  if (piped && values.stack !== undefined) {
    throw new SetupError("Standard input has one stack already: leave out --stack, or the -.");
  }

  const json = piped
    ? await textOf(process.stdin)
    : readStack(path.join(root, "infra"), values.stack);
  const file = path.resolve(root, values.file);
  const before = readText(root, values.file);
  const settings = settingsIn(json, namesOfExample(), valuesIn(before));
  const after = mergeEnvFile(before, settings, "From the Pulumi stack, by pnpm aws:env");
  saveSecret(file, after);

  const names = (empty: boolean) =>
    [...settings].filter(([, value]) => (value === "") === empty).map(([name]) => name);
  console.log(`${values.file} now sets ${names(false).join(", ")}.`);
  if (names(true).length > 0) console.log(`It sets these to empty: ${names(true).join(", ")}.`);
  const now = valuesIn(after);
  if (now.get("EMAIL_TRANSPORT") === "smtp" && settings.get("SMTP_HOST") === "") {
    console.log("The stack has no SMTP: set EMAIL_TRANSPORT=ses.");
  }
  if (!now.has("EMAIL_FROM")) {
    console.log("Set EMAIL_FROM next, to an address of the stack's domain.");
  }
}

/** The names of all settings. */
function namesOfExample(): Set<string> {
  const example = readFileSync(path.join(root, ".env.example"), "utf8");
  return new Set(
    [...example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = ""]) => name),
  );
}
