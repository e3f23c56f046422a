import { describe, expect, it } from "vitest";
import { LINK_MINUTES } from "../lifetimes.ts";
import { LIMITS, dailyShare } from "./limits.ts";

const minutesOfOne = ({ amount, minutes }: { amount: number; minutes: number }) => minutes / amount;

it("allows a new link after half the life of the old one, but at most one an hour", () => {
  expect(minutesOfOne(LIMITS.signUpMail)).toBe(LINK_MINUTES.verify_email / 2);
  expect(minutesOfOne(LIMITS.recoveryMail)).toBe(60);
});

describe("the email of a day", () => {
  it("is half of SES's quota, or 50,000 without a quota", () => {
    expect(dailyShare(200)).toBe(100);
    expect(dailyShare(null)).toBe(50_000);
    expect(dailyShare(-1)).toBe(50_000);
  });

  it("never exceeds its share in any 24 hours", () => {
    const { amount, minutes } = LIMITS.signUpMailOfADay;
    for (const quota of [null, 200, 50_000, 1_000_000]) {
      const atOnce = amount(quota);
      const refilled = (atOnce / minutes) * 24 * 60;
      expect(atOnce).toBe(dailyShare(quota) / 4);
      expect(atOnce + refilled).toBe(dailyShare(quota));
    }
  });
});
