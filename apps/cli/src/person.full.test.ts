import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { useTestDb } from "@repo/db/testing";
import { createEnqueue } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { templates } from "@repo/templates/registry";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand } from "./test-command.ts";

const EMAIL = "sam@example.com";
const TYPED = "Sam@example.com";
// Plays SES's account-level suppression list.
let calls: string[] = [];
const ses = createServer((req, res) => {
  calls.push(`${req.method} ${req.url}`);
  const destination = { EmailAddress: EMAIL, Reason: "COMPLAINT", LastUpdateTime: 1_767_225_600 };
  res.end(JSON.stringify(req.method === "GET" ? { SuppressedDestination: destination } : {}));
});

const test = await useTestDb();
beforeAll(async () => {
  ses.listen(0, "127.0.0.1");
  await once(ses, "listening");
  await test.db.user.create({
    data: { name: "Sam", email: EMAIL, emailKey: EMAIL, passwordHash: "a secret" },
  });
  const enqueue = createEnqueue({
    keys: keysOf("a key of the tests with 32 characters"),
    templates,
  });
  const props = { name: "Sam", url: "https://example.com/forgot-password" };
  await enqueue(test.db, { template: "password-changed", to: TYPED, props });
});
afterAll(() => void ses.close());

const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runCommand(args, {
    DATABASE_URL: test.url,
    AUTH_SECRET: "the tests' own secret of 32 characters or more",
    OPT_OUT_KEY: "the tests' own key of opt-outs of 32 characters",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_SESV2: `http://127.0.0.1:${(ses.address() as AddressInfo).port}`,
    ...env,
  });

it("exports a person, with SES's own list", async () => {
  const { code, out } = await run(["person-export", EMAIL]);
  expect(code).toBe(0);
  const found = JSON.parse(out);
  expect(found).toMatchObject({ email: EMAIL, sesSuppressionList: { reason: "COMPLAINT" } });
  expect(found.tables.messages).toMatchObject([{ template: "password-changed" }]);
  expect(out).not.toContain("a secret");
});

it("says what is missing, and changes nothing", async () => {
  expect(await run(["person-erase"])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^Who\?/),
  });
  const unknown = "00000000-0000-4000-8000-000000000000";
  expect(await run(["person-erase", unknown])).toMatchObject({
    code: 1,
    out: expect.stringMatching(/no such account/),
  });
  const without = await run(["person-erase", EMAIL], { OPT_OUT_KEY: "" });
  expect(without).toMatchObject({ code: 1, err: expect.stringContaining("OPT_OUT_KEY") });
  const counted = await run(["person-erase", EMAIL]);
  expect(counted.code).toBe(1);
  expect(counted.out).toMatch(/users: 1\n[^]*messages: 1\n[^]*--confirm sam@example.com/);
  const wrong = await run(["person-erase", EMAIL, "--confirm", "kim@example.com"]);
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("Nothing was done") });
  expect(await test.db.user.count()).toBe(1);
  expect(calls.filter((call) => call.startsWith("DELETE"))).toEqual([]);
});

it("erases a person, here and at SES", async () => {
  const { code, out } = await run(["person-erase", EMAIL, "--confirm", EMAIL]);
  expect(out).toMatch(/rows erased/);
  expect(code).toBe(0);
  expect(await test.db.user.count()).toBe(0);
  expect(await test.db.message.count()).toBe(0);
  const path = "/v2/email/suppression/addresses";
  expect(calls.slice(-2)).toEqual([
    `DELETE ${path}/sam%40example.com`,
    `DELETE ${path}/Sam%40example.com`,
  ]);
});
