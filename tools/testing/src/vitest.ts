import { createRequire } from "node:module";
import path from "node:path";
import { type ViteUserConfigFnObject, defineConfig } from "vitest/config";
import { generateClient } from "./generate-client.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether this is `pnpm test:full`. */
    full: boolean;
  }
}

const SLOW = "src/**/*.full.test.{ts,tsx}";

/**
 * The vitest configuration of every package, which vitest starts in. `pnpm test:full` runs `vitest
 * run --mode full`, which includes the files named `*.full.test.ts` and sets `full` of
 * `@repo/testing/full`.
 *
 * @param options.database starts or joins one PostgreSQL for the run (see `@repo/db/testing`)
 */
export function config(options: { database?: boolean } = {}): ViteUserConfigFnObject {
  // Before vitest loads the global setup, which imports it.
  if (options.database) generateClient();
  const folder = process.cwd();
  const { resolve } = createRequire(path.join(folder, "package.json"));
  return defineConfig(({ mode }) => {
    const full = mode === "full";
    return {
      // One root for all packages. vitest keeps transformed sources by their root, so the packages
      // share them: a fresh clone transforms the database client once, not for nine packages.
      root: path.resolve(import.meta.dirname, "../../.."),
      cacheDir: path.join(folder, "node_modules", ".vite"),
      test: {
        dir: folder,
        include: ["src/**/*.test.{ts,tsx}"],
        exclude: full ? [] : [SLOW],
        provide: { full },
        // One process for all files: loading the AWS SDK and Prisma takes a second.
        isolate: false,
        globalSetup: options.database ? [resolve("@repo/db/testing")] : [],
        setupFiles: ["fail-on-console-error.ts", "fail-on-leaked-process.ts"].map(
          (file) => `${import.meta.dirname}/${file}`,
        ),
        // Only a safety net: on a busy machine a start of 1 s may take 30 s.
        testTimeout: 1_200_000,
        hookTimeout: 600_000,
        expect: { poll: { timeout: 60_000 } },
      },
    };
  });
}
