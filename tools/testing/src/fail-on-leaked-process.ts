import { afterAll, vi } from "vitest";

// Of set-up files the hooks that run last: a file's own have ended what it started by then. A
// process that was just killed takes a moment to go.
afterAll(async () => {
  await vi.waitFor(
    () => {
      // What keeps this process alive; a child that is unref'd or has ended is not among it.
      if (process.getActiveResourcesInfo().includes("ProcessWrap")) {
        throw new Error("The tests leave a process running: end what they start.");
      }
    },
    { timeout: 60_000, interval: 50 },
  );
});
