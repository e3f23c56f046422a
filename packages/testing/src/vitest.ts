import { type ViteUserConfig, defineConfig } from "vitest/config";

/**
 * The vitest configuration that every package shares.
 *
 * @param options.database starts one PostgreSQL for the run (see `@repo/db/testing`)
 */
export function config(options: { database?: boolean } = {}): ViteUserConfig {
  return defineConfig({
    test: {
      include: ["src/**/*.test.{ts,tsx}"],
      globalSetup: options.database ? ["@repo/db/testing"] : [],
      setupFiles: ["fail-on-console-error.ts", "fail-on-leaked-process.ts"].map(
        (file) => `${import.meta.dirname}/${file}`,
      ),
      // Only a net: on a busy machine a process that starts in 1 s takes 30.
      testTimeout: 180_000,
      hookTimeout: 180_000,
    },
  });
}
