import { expect, it } from "vitest";
import { AccountError } from "./errors.ts";

it.each([
  [1, "a second"],
  [45, "45 seconds"],
  [60, "a minute"],
  [61, "2 minutes"],
  [3_600, "an hour"],
  [6_000, "2 hours"],
  [undefined, "a while"],
])("says when to try again: after %s s", (retryAfter, words) => {
  const options = retryAfter === undefined ? {} : { retryAfter };
  expect(new AccountError("BUSY", options).message).toMatch(`Try again in ${words}.`);
  expect(new AccountError("TOKEN_USED", options).message).not.toContain("Try again");
});
