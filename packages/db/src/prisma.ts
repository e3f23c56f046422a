import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import { requirePublicSchema } from "./address.ts";
import { withEnv } from "./env.ts";

// These commands only check that there is an engine.
const WITHOUT_ENGINE = ["generate", "validate", "format", "version"];

/**
 * Runs Prisma's command line on this package's schema and migrations.
 *
 * @param url the database, if the command needs one
 * @param env additions to its environment: PRISMA_SCHEMA_ENGINE_BINARY, so that Prisma does not
 *   download its engine
 * @returns its exit code
 * @throws AppError `DATABASE_URL_INVALID`, `DATABASE_SCHEMA`
 */
export async function prisma(
  args: string[],
  url = "postgresql://",
  env: NodeJS.ProcessEnv = {},
): Promise<number> {
  requirePublicSchema(url);
  const cli = path.join(
    path.dirname(createRequire(import.meta.url).resolve("prisma/package.json")),
    "build/index.js",
  );
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: path.join(import.meta.dirname, ".."),
    stdio: "inherit",
    env: withEnv({
      ...(WITHOUT_ENGINE.includes(args[0] ?? "")
        ? { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath }
        : env),
      DATABASE_URL: url,
      CHECKPOINT_DISABLE: "1",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
    }),
  });
  // Ctrl-C reaches the child too. This process ends after it.
  process.on("SIGINT", () => {});
  process.once("SIGTERM", () => child.kill());
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}
