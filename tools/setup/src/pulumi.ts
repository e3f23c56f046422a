import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { SetupError } from "./error.ts";

/**
 * The outputs of a stack, with its secrets, as the JSON that Pulumi prints.
 *
 * @param infra the folder of the Pulumi program
 * @param stack the name of the stack. Default: the selected one.
 * @throws SetupError if Pulumi is missing or fails
 */
export function readStack(infra: string, stack: string | undefined): string {
  const args = ["stack", "output", "--json", "--show-secrets", "--non-interactive"];
  if (stack !== undefined) args.push("--stack", stack);
  const options = { cwd: infra, encoding: "utf8", maxBuffer: 2 ** 24 } as const;

  let result = spawnSync("pulumi", args, options);
  // The npm package that `pnpm infra:up` uses too.
  const own = path.join(infra, "node_modules/pulumi/run.js");
  if (isMissing(result) && existsSync(own)) {
    result = spawnSync(process.execPath, [own, ...args], options);
  }
  if (isMissing(result)) {
    throw new SetupError(
      "Pulumi is not installed. pnpm infra:up installs it and makes the stack. If it is on another machine, " +
        "run there: pulumi stack output --json --show-secrets",
    );
  }
  if (result.status !== 0) throw new SetupError(explain(result.stderr));
  return result.stdout;
}

function isMissing({ error }: { error?: NodeJS.ErrnoException }): boolean {
  return error?.code === "ENOENT";
}

function explain(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const said = lines.filter((line) => line.startsWith("error:"));
  const reason = (said.length > 0 ? said : lines.slice(-1)).join("\n") || "nothing";
  const next = /no stack/i.test(reason)
    ? "\nName an existing stack with pnpm aws:env --stack NAME, or make one with pnpm infra:up"
    : "";
  return `Pulumi printed no outputs. It says:\n${reason}${next}`;
}
