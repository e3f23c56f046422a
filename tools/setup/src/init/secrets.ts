import { randomBytes } from "node:crypto";
import { valuesIn } from "../env-file.ts";

/** How .env.example marks a secret that must not be used in production. */
const MARK = "development-only-";

/**
 * Random secrets for an env file. A secret that it already has stays: what is stored depends on it.
 *
 * @param example the text of .env.example
 * @param env the text of .env
 */
export function missingSecrets(example: string, env: string): Map<string, string> {
  const set = valuesIn(env);
  const names = [...example.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].flatMap(
    ([, name = "", value = ""]) => (value.startsWith(MARK) && !set.has(name) ? [name] : []),
  );
  return new Map(names.map((name) => [name, randomBytes(32).toString("base64")]));
}
