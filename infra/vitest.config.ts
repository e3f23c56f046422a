import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/runs.ts"],
    testTimeout: 120_000,
    // Nothing of one file is in another's way, and the SDKs are loaded once.
    isolate: false,
  },
});
