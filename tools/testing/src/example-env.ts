import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";

/** The settings of .env.example, with everything that an app requires. */
export function exampleEnv(): NodeJS.Dict<string> {
  return parseEnv(readFileSync(`${import.meta.dirname}/../../../.env.example`, "utf8"));
}
