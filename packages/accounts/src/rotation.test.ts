import { randomUUID } from "node:crypto";
import { keysOf } from "@repo/email/keys";
import { describe, expect, it } from "vitest";
import { createAccounts } from "./accounts.ts";
import { PASSWORD, SECRET, browser, startTestAccounts } from "./test-accounts.ts";
import { isTrusted } from "./trusted-browser.ts";
import { createResetRequests } from "./worker.ts";

const NEWEST = "the key that came after it, 32 characters";
const [{ secret: old }] = SECRET;

const test = await startTestAccounts();

/** The accounts of a process with other keys. */
const withKeys = (...secrets: [string, ...string[]]) => {
  const secret = keysOf(...secrets);
  return {
    ...createAccounts({ ...test.config, secret, limitScale: 1_000 }),
    isTrusted: (email: string, cookie: string) => isTrusted(test.db, secret, email, cookie),
    handle: () => createResetRequests({ ...test.config, secret }).handle(),
  };
};

describe("while the old key is in the list", () => {
  it.each([
    ["last, as the newest one is added", [old, NEWEST], [old]],
    ["last", [NEWEST, old], [old, NEWEST]],
    ["first, in a process that restarts later", [old, NEWEST], [NEWEST, old]],
  ] as [string, [string, string], [string, ...string[]]][])(
    "keeps sessions, links, sign-ups, requests and trust: %s",
    async (_, readers, writers) => {
      const email = `${randomUUID()}@example.com`;
      const writer = withKeys(...writers);
      const reader = withKeys(...readers);
      const caller = browser();
      caller.signUp = await writer.signUp(caller, { name: "Sam", email, password: PASSWORD });
      expect(await reader.pendingSignUp(caller)).toMatchObject({ email });
      const token = test.tokenFor(email);
      expect(await reader.openVerification(caller, token)).toEqual({ email, isSignedUp: true });
      await reader.verifyEmail(caller, { token });

      const { session, trusted } = await writer.logIn(browser(), { email, password: PASSWORD });
      expect(await reader.current(session)).toMatchObject({ email });
      expect(await reader.isTrusted(email, trusted)).toBe(true);
      await reader.logOut(session);
      expect(await writer.current(session)).toBeUndefined();

      await writer.requestPasswordReset(browser(), email);
      expect(await reader.handle()).toEqual({ emailed: 1 });
      expect(await writer.openReset(test.tokenFor(email))).toBe(email);
    },
  );

  it("moves a session to the newest key when it is used, at most once an hour", async () => {
    const { session } = await test.signUpAndVerify(browser(), "moves@example.com");
    const both = withKeys(NEWEST, old);
    const newest = withKeys(NEWEST);
    await both.current(session);
    expect(await newest.current(session)).toBeUndefined();
    await test.db.$executeRaw`UPDATE sessions SET used_at = now() - interval '61 minutes'`;
    await both.current(session);
    expect(await newest.current(session)).toMatchObject({ email: "moves@example.com" });
    // A process that has not restarted yet.
    expect(await withKeys(old, NEWEST).current(session)).toBeDefined();
  });
});
