import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";

/** The settings of .env.example: a process that a test starts has every one that it requires. */
export function exampleEnv(): NodeJS.Dict<string> {
  return parseEnv(readFileSync(`${import.meta.dirname}/../../../.env.example`, "utf8"));
}
