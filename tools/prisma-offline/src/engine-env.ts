import path from "node:path";
import { env } from "./env.ts";

/**
 * The environment with which Prisma's command line uses the engine of this package and downloads
 * none. It is empty if the variable is set already, and on Windows, which cannot start a script as
 * a program: there Prisma downloads its engine.
 */
export function engineEnv(): NodeJS.ProcessEnv {
  if (env["PRISMA_SCHEMA_ENGINE_BINARY"] || process.platform === "win32") return {};
  return {
    PRISMA_SCHEMA_ENGINE_BINARY: path.join(import.meta.dirname, "schema-engine.ts"),
    // `env node` starts the script, so this Node.js, which strips types, must come first.
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${env["PATH"]}`,
  };
}
