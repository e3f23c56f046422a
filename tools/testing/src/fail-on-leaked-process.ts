import { afterAll, vi } from "vitest";

// This hook runs after the test file's own hooks, which end what they started. A killed process
// needs a moment to end.
afterAll(async () => {
  await vi.waitFor(
    () => {
      // Lists what keeps this process alive, so no children that have ended or are unref'd.
      if (process.getActiveResourcesInfo().includes("ProcessWrap")) {
        throw new Error("The tests left a process running. End every process that a test starts.");
      }
    },
    { timeout: 60_000, interval: 50 },
  );
});
