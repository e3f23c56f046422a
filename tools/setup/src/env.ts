import path from "node:path";
import { AppError } from "@repo/errors";

/** The pnpm that runs this command. @throws AppError `NO_PNPM` if another program runs it */
export function pnpmFile(env: NodeJS.ProcessEnv = process.env): string {
  const { npm_execpath: file = "" } = env;
  if (path.basename(file).startsWith("pnpm")) return file;
  throw new AppError("NO_PNPM", "This needs pnpm: npx -y pnpm@12.21.0 app:update");
}
