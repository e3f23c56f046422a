import path from "node:path";
import { env } from "./env.ts";

/**
 * What Prisma's command line needs in its environment to use the engine of this package, with a
 * network and without. Nothing where one is named already, and on Windows, which cannot start a
 * script as a program: there Prisma downloads its own.
 */
export function engineEnv(): NodeJS.ProcessEnv {
  if (env["PRISMA_SCHEMA_ENGINE_BINARY"] || process.platform === "win32") return {};
  return {
    PRISMA_SCHEMA_ENGINE_BINARY: path.join(import.meta.dirname, "schema-engine.ts"),
    // It is started by `env node`: that must be this Node.js, which strips its types.
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${env["PATH"]}`,
  };
}
