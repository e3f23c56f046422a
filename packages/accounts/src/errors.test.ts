import { expect, it } from "vitest";
import { AccountError } from "./errors.ts";

it.each([
  [1, "in 1 second", "in 1 Sekunde"],
  [45, "in 45 seconds", "in 45 Sekunden"],
  [60, "in 1 minute", "in 1 Minute"],
  [61, "in 2 minutes", "in 2 Minuten"],
  [3_600, "in 1 hour", "in 1 Stunde"],
  [6_000, "in 2 hours", "in 2 Stunden"],
  [undefined, "in a while", "später"],
])("says when to try again: after %s s", (retryAfter, english, german) => {
  const options = retryAfter === undefined ? {} : { retryAfter };
  const busy = new AccountError("BUSY", options);
  expect(busy.messageIn("en")).toMatch(`Try again ${english}.`);
  expect(busy.messageIn("de")).toMatch(`Versuch es ${german} noch einmal.`);
  expect(new AccountError("TOKEN_USED", options).messageIn("en")).not.toContain("Try again");
});

it("speaks the product's language to a person whose language it lacks", () => {
  const { message } = new AccountError("WEAK_PASSWORD", { weakness: "short" });
  for (const locale of ["ja", "", "toString"]) {
    const error = new AccountError("WEAK_PASSWORD", { weakness: "short" });
    expect(error.messageIn(locale)).toBe(message);
  }
});
