import path from "node:path";
import { AppError } from "@repo/errors";

/**
 * Makes git work on the repository of the folder where it is started. git sets these variables for
 * what it starts: in hooks, in an alias, in `git rebase --exec`. Otherwise a command that makes a
 * temporary repository would change this one.
 */
export function forgetRepository(env: NodeJS.ProcessEnv = process.env): void {
  // Of `git rev-parse --local-env-vars`, those that name a repository or a part of one.
  const ofRepository =
    /^GIT_(?:DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|SHALLOW_FILE|NAMESPACE|PREFIX)$/;
  for (const name of Object.keys(env)) if (ofRepository.test(name)) delete env[name];
}

/** The pnpm that runs this command. @throws AppError `NO_PNPM` if another program runs it */
export function pnpmFile(env: NodeJS.ProcessEnv = process.env): string {
  const { npm_execpath: file = "" } = env;
  if (path.basename(file).startsWith("pnpm")) return file;
  throw new AppError("NO_PNPM", "This needs pnpm: npx -y pnpm@12.21.0 app:update");
}
