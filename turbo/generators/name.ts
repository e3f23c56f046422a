import { readdirSync } from "node:fs";
import { join, parse } from "node:path";

const KEBAB_CASE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST = 50;

/** What is wrong with the name of a new email, and what to do about it. */
export function nameProblem(name: string, root: string): string | undefined {
  if (!KEBAB_CASE.test(name)) {
    const better = toKebabCase(name);
    const advice = KEBAB_CASE.test(better) ? ` Try ${better}.` : "";
    return `The name "${name}" must be in kebab-case: small letters from a to z, digits and hyphens, and a letter first.${advice}`;
  }
  if (name.length > LONGEST) {
    return `The name has ${name.length} characters, and may have at most ${LONGEST}. Choose a shorter one.`;
  }
  const emails = "packages/templates/src/emails";
  const taken = readdirSync(join(root, emails)).find((entry) => parse(entry).name === name);
  return taken && `${emails}/${taken} exists already. Choose another name.`;
}

function toKebabCase(name: string): string {
  return name
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "-")
    .toLowerCase()
    .split(/[\s_-]+/)
    .filter(Boolean)
    .join("-");
}
