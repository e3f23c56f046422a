import { expect, test } from "vitest";
import { describe as describeBehaviour } from "./control.js";

const normal = {
  account: { sendingEnabled: true, productionAccess: true },
  enforceRate: false,
  enforceQuota: false,
  delay: 0,
  faults: [] as { fault: string; share: number }[],
  events: {
    duplicate: 0,
    reorder: 0,
    delay: 0,
    beforeResponse: 0,
    drop: 0,
    signatureVersion: "2" as "1" | "2",
  },
};

test("has one phrase for each difference from the normal behaviour", () => {
  expect(describeBehaviour(normal)).toEqual([]);
  expect(
    describeBehaviour({
      ...normal,
      account: { sendingEnabled: true, productionAccess: false },
      delay: 300,
      faults: [
        { fault: "throttle", share: 0.07 },
        { fault: "throttle", share: 0.07 },
        { fault: "paused", share: 0 },
      ],
      events: { ...normal.events, duplicate: 0.5, delay: 20, signatureVersion: "1" },
    }),
  ).toEqual([
    "14% throttled",
    "answers 300 ms late",
    "50% of events twice",
    "events 20 ms late",
    "signature version 1",
    "in the sandbox",
  ]);
});
