import { type ParseArgsConfig, parseArgs } from "node:util";
import { SetupError } from "./error.ts";

/**
 * Reads options as `parseArgs` does, which would take the last value of an option that is given
 * twice.
 *
 * @throws SetupError if one is given twice
 */
export function readOptions<T extends ParseArgsConfig>(config: T) {
  const parsed = parseArgs({ ...config, tokens: true as const });
  const names = new Set<string>();
  for (const token of parsed.tokens ?? []) {
    if (token.kind !== "option") continue;
    if (names.has(token.name)) throw new SetupError(`Give --${token.name} only once.`);
    names.add(token.name);
  }
  return parsed;
}
