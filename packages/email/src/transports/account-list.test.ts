import { beforeEach, expect, it, vi } from "vitest";
import { createAccountList } from "./account-list.ts";
import { useSesServer } from "./test-ses.ts";

// The answers of SES to the SDK's own calls, in turn; the last one again and again.
let answers: [status: number, name?: string][] = [];
let calls: string[] = [];
const serve = useSesServer();

beforeEach(async () => {
  calls = [];
  answers = [[200]];
  await serve((req, res) => {
    calls.push(`${req.method} ${req.url}`);
    const [status, name] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [200];
    res.writeHead(status, name ? { "x-amzn-ErrorType": name } : {});
    res.end(name ? JSON.stringify({ message: "why" }) : "{}");
  });
});

const list = (interval = 1) => createAccountList({ loopbackOnly: true, interval });

it("takes an address off SES's list", async () => {
  await list().remove("name+tag@example.com");
  expect(calls).toEqual(["DELETE /v2/email/suppression/addresses/name%2Btag%40example.com"]);
});

it("accepts an address that is not on it", async () => {
  answers = [[404, "NotFoundException"]];
  await list().remove("name@example.com");
});

it("leaves an interval between two calls, because SES allows one a second", async () => {
  const one = list(50);
  const start = Date.now();
  await Promise.all(["a", "b", "c"].map((name) => one.remove(`${name}@example.com`)));
  expect(calls).toHaveLength(3);
  // A lower bound, which no busy machine breaks; a timer may be a millisecond early.
  expect(Date.now() - start).toBeGreaterThanOrEqual(98);
});

it("tries again if it was too fast, but not for ever", async () => {
  answers = [[429, "TooManyRequestsException"], [200]];
  await list().remove("name@example.com");
  expect(calls).toHaveLength(2);

  answers = [[429, "TooManyRequestsException"]];
  await expect(list().remove("name@example.com")).rejects.toMatchObject({
    code: "ACCOUNT_LIST_UNAVAILABLE",
    retryable: true,
  });
  expect(calls).toHaveLength(5);
});

it.each([
  [403, "AccessDeniedException", "ACCOUNT_LIST_DENIED"],
  [500, "InternalServiceError", "ACCOUNT_LIST_UNAVAILABLE"],
])("says what to do about %i %s", async (status, name, code) => {
  answers = [[status, name]];
  await expect(list().remove("name@example.com")).rejects.toMatchObject({ code });
  expect(calls).toHaveLength(1);
});

it("changes nothing at AWS from a system that is not production", async () => {
  vi.stubEnv("AWS_ENDPOINT_URL_SESV2", "https://email.us-east-1.amazonaws.com");
  await expect(list().remove("name@example.com")).rejects.toMatchObject({ code: "LOOPBACK_ONLY" });
});
