import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

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
 *
 * @param run returns the exit code
 */
export function command<T extends ParseArgsOptionsConfig, Rest extends unknown[]>(
  { help, options, positionals: allowPositionals = false }: About<T>,
  run: (values: Values<T>, positionals: string[], ...rest: Rest) => Promise<number>,
) {
  return async (args: string[], ...rest: Rest): Promise<number> => {
    const all = { ...options, help: { type: "boolean", short: "h" } } as const;
    const { values, positionals } = parseArgs({ args, allowPositionals, options: all });
    if (!("help" in values)) return await run(values, positionals, ...rest);
    console.log(help);
    return 0;
  };
}
