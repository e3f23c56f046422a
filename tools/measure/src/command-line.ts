import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/**
 * Reads a command line of names and options. `--help` prints them, and a mistake prints one line:
 * both end the process.
 *
 * @param kind what is named: "benchmark"
 * @param known all names; without a name on the command line, all are returned
 */
export function readCommandLine<const T extends ParseArgsOptionsConfig>(
  kind: string,
  known: string[],
  options: T,
) {
  const flags = Object.entries(options).map(
    ([name, { type }]) => `--${name}${type === "string" ? " VALUE" : ""}`,
  );
  const usage = `Names (default: all): ${known.join(", ")}\nOptions: ${flags.join(", ")}`;
  const end = (code: number, message: string): never => {
    (code === 0 ? console.log : console.error)(message);
    process.exit(code);
  };
  if (process.argv.slice(2).some((arg) => arg === "--help" || arg === "-h")) end(0, usage);
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const unknown = positionals.filter((name) => !known.includes(name));
    if (unknown.length > 0) end(2, `There is no ${kind} ${unknown.join(", ")}.\n${usage}`);
    return { values, names: positionals.length > 0 ? positionals : known };
  } catch (error) {
    return end(2, `${(error as Error).message}\n${usage}`);
  }
}
