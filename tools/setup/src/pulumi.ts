import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { SetupError } from "./error.ts";

/**
 * The outputs of a stack, with its secrets, as the JSON that Pulumi prints.
 *
 * @param infra the folder of the Pulumi program
 * @param stack of several; undefined: the one that is selected
 * @throws SetupError without Pulumi, or with what it says
 */
export function readStack(infra: string, stack: string | undefined): string {
  const args = ["stack", "output", "--json", "--show-secrets", "--non-interactive"];
  if (stack !== undefined) args.push("--stack", stack);
  const options = { cwd: infra, encoding: "utf8", maxBuffer: 2 ** 24 } as const;

  let result = spawnSync("pulumi", args, options);
  // The npm package, which `pnpm infra:up` starts too.
  const own = path.join(infra, "node_modules/pulumi/run.js");
  if (isMissing(result) && existsSync(own)) {
    result = spawnSync(process.execPath, [own, ...args], options);
  }
  if (isMissing(result)) {
    throw new SetupError(
      "There is no Pulumi: pnpm infra:up brings it and makes the stack. Where it runs on another machine, " +
        "there: pulumi stack output --json --show-secrets",
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
    ? "\nName one that exists, pnpm aws:env --stack NAME, or make it: pnpm infra:up"
    : "";
  return `Pulumi gives no outputs, and says:\n${reason}${next}`;
}
