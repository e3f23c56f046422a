// The commands that set up a clone: `node src/main.ts env`.
import { AppError } from "@repo/errors";
import { awsEnv } from "./aws-env.ts";
import { awsInit } from "./aws-init/aws-init.ts";
import { appDelete } from "./delete/app-delete.ts";
import { forgetRepository } from "./env.ts";
import { SetupError } from "./error.ts";
import { appInit } from "./init/app-init.ts";
import { appUpdate } from "./update/app-update.ts";

const commands: Record<string, (args: string[]) => Promise<void>> = {
  "aws-init": awsInit,
  delete: appDelete,
  env: awsEnv,
  init: appInit,
  update: appUpdate,
};
const [command = "", ...args] = process.argv.slice(2);

try {
  const run = commands[command];
  const known = Object.keys(commands).join(", ");
  if (!run) throw new SetupError(`There is no command "${command}". Commands: ${known}.`);
  forgetRepository();
  await run(args.filter((arg) => arg !== "--"));
} catch (error) {
  const { code } = error as { code?: string };
  if (!(error instanceof AppError) && !code?.startsWith("ERR_PARSE_ARGS")) throw error;
  console.error((error as Error).message);
  process.exitCode = 1;
}
