import { expect, test } from "vitest";
import { NORMAL } from "../control/behaviour.ts";
import { describe as describeBehaviour } from "./control.js";

test("has one phrase for each difference from the normal behaviour", () => {
  expect(describeBehaviour(NORMAL)).toEqual([]);
  expect(
    describeBehaviour({
      ...NORMAL,
      account: { ...NORMAL.account, productionAccess: false },
      delay: 300,
      faults: [
        { fault: "throttle", share: 0.07 },
        { fault: "throttle", share: 0.07 },
        { fault: "paused", share: 0 },
      ],
      events: { ...NORMAL.events, duplicate: 0.5, delay: 20, signatureVersion: "1" },
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
