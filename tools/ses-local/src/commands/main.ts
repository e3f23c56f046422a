// The commands: `node src/commands/main.ts listen`.
import { EnvError } from "../env.ts";
import { ClientError } from "../connection.ts";
import { listen } from "./listen.ts";
import { trigger } from "./trigger.ts";

const [command = "", ...args] = process.argv.slice(2);
const run = { listen, trigger }[command];

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

try {
  if (!run) throw new ClientError(`There is no command "${command}". Commands: listen, trigger.`);
  process.exitCode = await run(args, stop.signal);
} catch (error) {
  // Ctrl-C is the usual way to end a command.
  if (stop.signal.aborted) process.exit(0);
  const { code } = error as { code?: string };
  const expected =
    error instanceof ClientError || error instanceof EnvError || code?.startsWith("ERR_PARSE_ARGS");
  if (!expected) throw error;
  console.error((error as Error).message);
  process.exitCode = 1;
}
