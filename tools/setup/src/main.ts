// The commands that set up a clone: `node src/main.ts env`.
import { AppError } from "@repo/errors";
import { awsEnv } from "./aws-env.ts";
import { awsInit } from "./aws-init/aws-init.ts";
import { deletePart } from "./delete/delete-part.ts";
import { SetupError } from "./error.ts";

const [command = "", ...args] = process.argv.slice(2);
const run = { "aws-init": awsInit, env: awsEnv, delete: deletePart }[command];

try {
  if (!run)
    throw new SetupError(`There is no command "${command}". Commands: aws-init, env, delete.`);
  await run(args.filter((arg) => arg !== "--"));
} catch (error) {
  const { code } = error as { code?: string };
  if (!(error instanceof AppError) && !code?.startsWith("ERR_PARSE_ARGS")) throw error;
  console.error((error as Error).message);
  process.exitCode = 1;
}
