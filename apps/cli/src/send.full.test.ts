import { useTestDb } from "@repo/db/testing";
import { keysOf } from "@repo/email/keys";
import { createSealer } from "@repo/email/seal";
import { templates } from "@repo/templates/registry";
import { beforeEach, expect, it } from "vitest";
import { runCommand } from "./test-command.ts";

const EMAIL_KEY = "a key of the tests with 32 characters";

const test = await useTestDb();
beforeEach(() => test.db.message.deleteMany());

// Without it the repository's .env would set it.
const here = () => ({ DATABASE_URL: test.url, EMAIL_KEY, APP_ENV: "development" });
const send = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runCommand(["send", ...args], { ...here(), ...env }, ["--import", "./src/jsx.ts"]);
const queued = () =>
  test.db.message.findMany({ select: { template: true, to: true, state: true } });

it("puts a case of an email into the outbox, as the app does", async () => {
  const { code, out, err } = await send([
    "verify-email",
    "--case",
    "soon over",
    "--to",
    "sam@example.com",
    "--locale",
    "de",
  ]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const { id, payload } = await test.db.message.findFirstOrThrow();
  expect(out).toBe(`Queued. The worker sends it; see pnpm email:log ${id}\n`);
  expect(await queued()).toEqual([
    { template: "verify-email", to: "sam@example.com", state: "queued" },
  ]);
  expect(createSealer(keysOf(EMAIL_KEY)).open(id, payload!)).toMatchObject({
    props: { expiresInMinutes: 30 },
    locale: "de",
  });
});

it("lists the emails with their cases, and refuses others", async () => {
  const { code, out } = await send([]);
  expect(code).toBe(0);
  const names = out.split("\n").filter((line) => /^\S/.test(line));
  expect(names.toSorted()).toEqual(Object.keys(templates).toSorted());
  expect(out).toMatch(/^verify-email\n {2}usual\n {2}soon over\n/m);
  for (const [args, said] of [
    [["no-such-email", "--to", "sam@example.com"], "verify-email"],
    [["verify-email", "--to", "sam@example.com", "--case", "none"], "soon over"],
    [["verify-email"], "--to"],
    [["verify-email", "--to", "sam"], "address"],
  ] as const) {
    const refused = await send([...args]);
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toMatch(new RegExp(`^.*${said}.*\n$`));
  }
  expect(await queued()).toEqual([]);
});

it("sends nothing in production unless it is asked for explicitly", async () => {
  const args = ["verify-email", "--to", "sam@example.com"];
  const elsewhere = test.url.replace(/@[^:/]+/, "@db.example.com");
  for (const env of [{ APP_ENV: "production" }, { APP_ENV: "", DATABASE_URL: elsewhere }]) {
    const refused = await send(args, env);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("--production") });
  }
  expect(await queued()).toEqual([]);
  expect((await send([...args, "--production"], { APP_ENV: "production" })).code).toBe(0);
  expect(await queued()).toHaveLength(1);
});

it("obeys the allow-list", async () => {
  const env = { EMAIL_ALLOW_TO: "sam@example.com, example.org" };
  const sendTo = (to: string, more = {}) => send(["verify-email", "--to", to], { ...env, ...more });
  const refused = await sendTo("robin@example.com");
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("EMAIL_ALLOW_TO") });
  expect(await queued()).toEqual([]);
  expect((await sendTo("Sam@Example.com")).code).toBe(0);
  expect((await sendTo("robin@example.org")).code).toBe(0);
  // The worker redirects it.
  expect((await sendTo("robin@example.com", { EMAIL_REDIRECT_TO: "me@example.com" })).code).toBe(0);
});
