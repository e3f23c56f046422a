import { EmailError } from "@repo/email/enqueue";
import { expect, it } from "vitest";
import { toHttpError } from "./errors.tsx";

it("answers 503, and when to try again, where the database has no connection in time", () => {
  for (const message of [
    "timeout exceeded when trying to connect",
    "Connection terminated due to connection timeout",
  ]) {
    expect(toHttpError(new Error(message))).toMatchObject({
      status: 503,
      code: "BUSY",
      retryAfter: 5,
    });
  }
});

it.each([
  [409, "IDEMPOTENCY_CONFLICT"],
  [422, "INVALID_ADDRESS"],
])("answers %i, with its reason, where an email is not queued for %s", (status, code) => {
  const error = toHttpError(new EmailError(code, "why"));
  expect(error).toMatchObject({ status, code, message: "why" });
});

it("answers 500 where an email is not queued through our own fault", () => {
  const error = toHttpError(new EmailError("UNKNOWN_TEMPLATE", "why"));
  expect(error).toMatchObject({ status: 500, code: "INTERNAL" });
});

it("answers 500 to what it does not know, and tells nothing of it", () => {
  const { status, message } = toHttpError(new Error("a secret"));
  expect(status).toBe(500);
  expect(message).not.toContain("secret");
});
