import { full } from "@repo/testing/full";
import { describe, expect, it } from "vitest";
import { createAccounts } from "./accounts.ts";
import { PASSWORD, browser, codeOf, startTestAccounts } from "./test-accounts.ts";

const test = await startTestAccounts();

const MANY = full ? 100 : 8;

let count = 0;
const newEmail = () => `sam${++count}@example.com`;

describe.each([
  {
    name: "the link of a sign-up",
    issue: (email: string) => test.signUp(browser(), email),
    redeem: (token: string) =>
      test.accounts.verifyEmail(browser(), { token, password: "quite another password" }),
    open: (token: string) => test.accounts.openVerification(browser(), token),
    done: (email: string) => test.db.user.count({ where: { emailKey: email } }),
  },
  {
    name: "the link to a new password",
    issue: async (email: string) => {
      if (!(await test.db.user.findUnique({ where: { emailKey: email } })))
        await test.signUpAndVerify(browser(), email);
      return test.forgot(email);
    },
    redeem: (token: string) =>
      test.accounts.resetPassword(browser(), { token, password: "quite another password" }),
    open: (token: string) => test.accounts.openReset(token),
    done: async (email: string) =>
      (await test.emails(email)).filter((template) => template === "password-changed").length,
  },
])("$name", ({ issue, redeem, open, done }) => {
  it("cannot be used twice", async () => {
    const token = await issue(newEmail());
    await redeem(token);
    expect(await codeOf(redeem(token))).toBe("TOKEN_USED");
    expect(await codeOf(open(token))).toBe("TOKEN_USED");
  });

  it("stays valid when it is only opened, as mail scanners do", async () => {
    const token = await issue(newEmail());
    await open(token);
    await open(token);
    await redeem(token);
  });

  it("is redeemed once by many at the same time", async () => {
    const email = newEmail();
    const token = await issue(email);
    const codes = await Promise.all(Array.from({ length: MANY }, () => codeOf(redeem(token))));
    expect(codes.filter((code) => code === "done")).toHaveLength(1);
    // BUSY: there was no place to hash or no connection in time.
    for (const code of codes) expect(["done", "TOKEN_USED", "BUSY"]).toContain(code);
    expect(await done(email)).toBe(1);
  });

  it("ends every other link of the address: of several redeemed at once one wins, without a deadlock", async () => {
    const email = newEmail();
    const tokens = [await issue(email), await issue(email), await issue(email)];
    const codes = await Promise.all(tokens.map((token) => codeOf(redeem(token))));
    expect(codes.map(String).sort()).toEqual(["TOKEN_USED", "TOKEN_USED", "done"]);
  });

  it("is refused if it has expired or is unknown", async () => {
    const email = newEmail();
    const token = await issue(email);
    await test.db.$executeRaw`
      UPDATE links SET expires_at = now() - interval '1 second' WHERE email_key = ${email}`;
    expect(await codeOf(redeem(token))).toBe("TOKEN_EXPIRED");
    expect(await codeOf(open(token))).toBe("TOKEN_EXPIRED");
    expect(await codeOf(redeem("x".repeat(43)))).toBe("TOKEN_UNKNOWN");
  });
});

it("works only for its own purpose", async () => {
  const email = newEmail();
  await test.signUpAndVerify(browser(), email);
  const reset = await test.forgot(email);
  const verify = await test.signUp(browser(), newEmail());
  const password = "quite another password";
  const verified = test.accounts.verifyEmail(browser(), { token: reset, password });
  expect(await codeOf(verified)).toBe("TOKEN_UNKNOWN");
  const changed = test.accounts.resetPassword(browser(), { token: verify, password });
  expect(await codeOf(changed)).toBe("TOKEN_UNKNOWN");
  expect(await test.accounts.current(reset)).toBeUndefined();
});

it("makes one account of many sign-ups at once", async () => {
  const email = newEmail();
  const callers = Array.from({ length: MANY }, (_, i) => browser(`203.0.113.${i}`));
  // At the real cost of a hash, so that the burst fills the queue of hashes.
  const accounts = createAccounts({ ...test.config, limitScale: 1_000, passwordCost: undefined });
  const codes = await Promise.all(
    callers.map((caller) =>
      codeOf(
        accounts
          .signUp(caller, { name: "Sam", email, password: PASSWORD })
          .then((cookie) => (caller.signUp = cookie)),
      ),
    ),
  );
  // A burst beyond the queue's places gets BUSY.
  for (const code of codes) expect(["done", "BUSY"]).toContain(code);
  expect(codes).toContain("done");
  const token = test.tokenFor(email);
  const redeemed = await Promise.all(
    callers.map((caller) => codeOf(test.accounts.verifyEmail(caller, { token }))),
  );
  expect(redeemed.filter((code) => code === "done").length).toBeLessThanOrEqual(1);
  await codeOf(test.accounts.verifyEmail(browser(), { token, password: PASSWORD }));
  expect(await test.db.user.count({ where: { emailKey: email } })).toBe(1);
});

it("stores no password, token or cookie that a reader of the database could use", async () => {
  const email = newEmail();
  const caller = browser();
  const waiting = newEmail();
  const { session, trusted } = await test.signUpAndVerify(caller, email);
  const link = await test.signUp(caller, waiting);
  const reset = await test.forgot(email);
  await test.accounts.requestPasswordReset(caller, email);
  const rows = await test.db.$queryRaw`
    SELECT users::text FROM users UNION ALL SELECT links::text FROM links
    UNION ALL SELECT sessions::text FROM sessions UNION ALL SELECT messages::text FROM messages
    UNION ALL SELECT sign_ups::text FROM sign_ups UNION ALL SELECT limits::text FROM limits`;
  const all = JSON.stringify(rows);
  for (const readable of [PASSWORD, session, trusted, link, reset, caller.signUp ?? ""]) {
    expect(all).not.toContain(readable);
    expect(all).not.toContain(Buffer.from(readable).toString("hex"));
  }
  const requests = await test.db.$queryRaw`SELECT reset_requests::text FROM reset_requests`;
  expect(JSON.stringify(requests)).not.toContain(email);
});
