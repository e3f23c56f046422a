import { type ViteUserConfigFnObject, defineConfig } from "vitest/config";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether this is `pnpm test:full`. */
    full: boolean;
  }
}

const SLOW = "src/**/*.full.test.{ts,tsx}";

/**
 * The vitest configuration that every package shares. `vitest run --mode full` is what
 * `pnpm test:full` runs: the files named `*.full.test.ts` too, and `full` of
 * `@repo/testing/full` is true.
 *
 * @param options.database joins one PostgreSQL for the run (see `@repo/db/testing`)
 */
export function config(options: { database?: boolean } = {}): ViteUserConfigFnObject {
  return defineConfig(({ mode }) => {
    const full = mode === "full";
    return {
      test: {
        include: ["src/**/*.test.{ts,tsx}"],
        exclude: full ? [] : [SLOW],
        // A package may have slow tests alone.
        passWithNoTests: !full,
        provide: { full },
        // One process for all files: each start, with the AWS SDK and Prisma, costs a second.
        isolate: false,
        globalSetup: options.database ? ["@repo/db/testing"] : [],
        setupFiles: ["fail-on-console-error.ts", "fail-on-leaked-process.ts"].map(
          (file) => `${import.meta.dirname}/${file}`,
        ),
        // Only a net: on a busy machine a process that starts in 1 s takes 30.
        testTimeout: 1_200_000,
        hookTimeout: 600_000,
        expect: { poll: { timeout: 60_000 } },
      },
    };
  });
}
