import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { invalid } from "./options.ts";

/** What a command takes, and its help. */
interface About<T extends ParseArgsOptionsConfig> {
  help: string;
  options: T;
  /** Whether it takes arguments that are not options. Default: false. */
  positionals?: boolean;
}

type Values<T extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: T }>
>["values"];

/**
 * Makes a command of the function that does its work. With --help or -h it prints the help instead.
 * An option that is given twice is refused: only the last one would count, and a person may mean
 * both.
 *
 * @param run returns the exit code
 */
export function command<T extends ParseArgsOptionsConfig, Rest extends unknown[]>(
  { help, options, positionals: allowPositionals = false }: About<T>,
  run: (values: Values<T>, positionals: string[], ...rest: Rest) => Promise<number>,
) {
  return async (args: string[], ...rest: Rest): Promise<number> => {
    const all = { ...options, help: { type: "boolean", short: "h" } } as const;
    const config = { args, allowPositionals, options: all, tokens: true } as const;
    const { values, positionals, tokens } = parseArgs(config);
    refuseTwice(tokens, options);
    if (!("help" in values)) return await run(values, positionals, ...rest);
    console.log(help);
    return 0;
  };
}

/** @throws AppError `INVALID_OPTION` */
function refuseTwice(
  tokens: { kind: string; name?: string; rawName?: string }[],
  options: ParseArgsOptionsConfig,
): void {
  const names = new Set<string>();
  for (const { kind, name = "", rawName = "" } of tokens) {
    if (kind !== "option" || options[name]?.multiple) continue;
    if (names.has(name)) throw invalid(`Give ${rawName} only once.`);
    names.add(name);
  }
}
