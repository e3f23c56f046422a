import { afterEach, beforeEach } from "vitest";

// React, Node.js and most libraries report misuse on console.error and continue. A test that
// expects such a line replaces console.error itself while it runs.
const original = console.error;
let reported: unknown[][] = [];

beforeEach(() => {
  reported = [];
  console.error = (...args: unknown[]) => {
    reported.push(args);
    original(...args);
  };
});

afterEach(() => {
  console.error = original;
  if (reported.length > 0) {
    throw new Error(
      `The test wrote to console.error: ${reported.map((args) => args.join(" ")).join("\n")}`,
    );
  }
});
