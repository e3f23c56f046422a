import { EmailError } from "@repo/email/enqueue";
import { expect, it } from "vitest";
import { toHttpError } from "./errors.tsx";

it("answers 503 with a time to wait when the database has no free connection in time", () => {
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
])("answers %i with the reason when an email cannot be queued: %s", (status, code) => {
  const error = toHttpError(new EmailError(code, "why"));
  expect(error).toMatchObject({ status, code, message: "why" });
});

it("answers 500 when an email cannot be queued through our own fault", () => {
  const error = toHttpError(new EmailError("UNKNOWN_TEMPLATE", "why"));
  expect(error).toMatchObject({ status: 500, code: "INTERNAL" });
});

it("answers 404 to a path that cannot be decoded, and 500 to a fault of our own links", () => {
  const undecoded = Object.assign(new URIError("Failed to decode"), { status: 400 });
  expect(toHttpError(undecoded).status).toBe(404);
  expect(toHttpError(new URIError("URI malformed")).status).toBe(500);
});

it("answers 500 to an unknown error, and reveals nothing about it", () => {
  const { status, message } = toHttpError(new Error("a secret"));
  expect(status).toBe(500);
  expect(message).not.toContain("secret");
});
