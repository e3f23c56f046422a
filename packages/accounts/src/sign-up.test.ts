import { describe, expect, it, onTestFinished } from "vitest";
import { createAccounts } from "./accounts.ts";
import { PASSWORD, browser, startTestAccounts } from "./test-accounts.ts";

const test = await startTestAccounts();

let count = 0;
const newEmail = () => `sam${++count}@example.com`;

describe("a sign-up", () => {
  it("is no account: users holds only people who have proved their mailbox", async () => {
    const email = newEmail();
    await test.signUp(browser(), email);
    expect(await test.db.user.count({ where: { emailKey: email } })).toBe(0);
    const [row] = await test.db.signUp.findMany({ where: { emailKey: email } });
    expect(row).toMatchObject({ profile: { name: "Sam" }, email });
    expect(await test.emails(email)).toEqual(["verify-email"]);
  });

  it("keeps the password only as a hash, of OWASP's cost if no other is set", async () => {
    const email = newEmail();
    const real = createAccounts({ ...test.config, passwordCost: undefined });
    await real.signUp(browser(), { name: "Sam", email, password: PASSWORD });
    const row = await test.db.signUp.findFirstOrThrow({ where: { emailKey: email } });
    expect(row.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(row)).not.toContain(PASSWORD);
  });

  it("commits with its email, or not at all", async () => {
    const email = newEmail();
    const withoutEmail = createAccounts({
      ...test.config,
      limitScale: 1_000,
      enqueue: () => Promise.reject(new Error("no email today")),
    });
    const input = { name: "Sam", email, password: PASSWORD };
    await expect(withoutEmail.signUp(browser(), input)).rejects.toThrow("no email today");
    expect(await test.db.signUp.count({ where: { emailKey: email } })).toBe(0);
    expect(await test.db.link.count({ where: { emailKey: email } })).toBe(0);
    expect(await test.emails(email)).toEqual([]);
  });

  it("becomes the account in the browser that made it, with any link of the address", async () => {
    const email = newEmail();
    const mine = browser();
    const first = await test.signUp(mine, email);
    // A stranger signs up later, and gets a newer link.
    await test.signUp(browser(), email, "the stranger's password", "Eve");
    const { user, session } = await test.accounts.verifyEmail(mine, { token: first });
    expect(user).toMatchObject({ name: "Sam", email });
    expect(await test.accounts.current(session)).toEqual(user);
    await test.accounts.logIn(browser(), { email, password: PASSWORD });
  });

  it("gives a stranger no access: their password never counts", async () => {
    const email = newEmail();
    const stranger = browser();
    const older = await test.signUp(stranger, email, "the stranger's password", "Eve");
    const owner = browser();
    await test.signUp(owner, email);
    // The owner presses the button in the older email.
    await test.accounts.verifyEmail(owner, { token: older });
    const theirs = test.accounts.logIn(stranger, { email, password: "the stranger's password" });
    await expect(theirs).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
    await test.accounts.logIn(owner, { email, password: PASSWORD });
  });

  it("asks for a password in any other browser, and shows nothing that was typed elsewhere", async () => {
    const email = newEmail();
    const token = await test.signUp(browser(), email, "the stranger's password", "Eve");
    const owner = browser();
    expect(await test.accounts.openVerification(owner, token)).toEqual({
      email,
      isSignedUp: false,
    });
    const without = test.accounts.verifyEmail(owner, { token });
    await expect(without).rejects.toMatchObject({ code: "PASSWORD_REQUIRED", status: 422 });
    const weak = test.accounts.verifyEmail(owner, { token, password: "password" });
    await expect(weak).rejects.toMatchObject({ code: "WEAK_PASSWORD" });
    const { user } = await test.accounts.verifyEmail(owner, {
      token,
      name: "Sam",
      password: PASSWORD,
    });
    expect(user.name).toBe("Sam");
    await test.accounts.logIn(owner, { email, password: PASSWORD });
  });

  it("keeps the newest five sign-ups of an address, and the link of a deleted one still works", async () => {
    const email = newEmail();
    const owner = browser();
    const token = await test.signUp(owner, email);
    for (let i = 0; i < 5; i++) await test.signUp(browser(), email, "the stranger's password");
    expect(await test.db.signUp.count({ where: { emailKey: email } })).toBe(5);
    // The stranger's five have replaced the owner's: the owner must type a password again, but gets
    // the account.
    const pushedOut = test.accounts.verifyEmail(owner, { token });
    await expect(pushedOut).rejects.toMatchObject({ code: "PASSWORD_REQUIRED" });
    await test.accounts.verifyEmail(owner, { token, password: PASSWORD });
  });

  it("ends when another sign-up of its address is confirmed", async () => {
    const email = newEmail();
    const stranger = browser();
    const other = await test.signUp(stranger, email);
    await test.signUpAndVerify(browser(), email);
    await expect(
      test.accounts.verifyEmail(stranger, { token: other, password: PASSWORD }),
    ).rejects.toMatchObject({ code: "TOKEN_USED" });
    const waiting = await test.db.signUp.count({
      where: { emailKey: email, passwordHash: { not: null } },
    });
    expect(waiting).toBe(0);
  });
});

describe("an address that has an account", () => {
  it("gets a notice about it, in any spelling, and the account does not change", async () => {
    const email = newEmail();
    await test.signUpAndVerify(browser(), email);
    const before = await test.db.user.findUnique({ where: { emailKey: email } });
    await test.accounts.signUp(browser(), {
      name: "Eve",
      email: email.toUpperCase(),
      password: "another fine password",
    });
    expect(await test.db.user.findUnique({ where: { emailKey: email } })).toEqual(before);
    expect((await test.emails(email)).at(-1)).toBe("account-exists");
  });

  it("is treated alike: its email has the same category, priority and rows as any other's", async () => {
    const [known, unknown] = [newEmail(), newEmail()];
    await test.signUpAndVerify(browser(), known);
    await test.accounts.signUp(browser(), { name: "Eve", email: known, password: PASSWORD });
    await test.accounts.signUp(browser(), { name: "Eve", email: unknown, password: PASSWORD });
    const newest = (toKey: string) =>
      test.db.message.findFirstOrThrow({
        where: { toKey },
        orderBy: { id: "desc" },
        select: { category: true, priority: true, onUnknown: true },
      });
    expect(await newest(known)).toEqual(await newest(unknown));
    const rows = (emailKey: string) =>
      test.db.signUp.count({ where: { emailKey, messageId: { not: null } } });
    expect([await rows(known), await rows(unknown)]).toEqual([2, 1]);
  });

  it("shows a stranger the same state of their sign-up before and after the owner confirms", async () => {
    const email = newEmail();
    const stranger = browser();
    await test.signUp(stranger, email);
    const before = await test.accounts.pendingSignUp(stranger);
    await test.signUpAndVerify(browser(), email);
    expect(await test.accounts.pendingSignUp(stranger)).toEqual(before);
    await test.accounts.resendLink(stranger);
    expect((await test.emails(email)).at(-1)).toBe("account-exists");
  });
});

describe("resending", () => {
  it("requires the cookie of the sign-up; an address is not enough", async () => {
    const email = newEmail();
    const mine = browser();
    await test.signUp(mine, email);
    await test.accounts.resendLink(mine);
    expect(await test.emails(email)).toEqual(["verify-email", "verify-email"]);
    for (const signUp of [undefined, "", "x".repeat(43)]) {
      await expect(test.accounts.resendLink({ ...browser(), signUp })).rejects.toMatchObject({
        code: "SIGN_UP_UNKNOWN",
      });
    }
  });
});

describe("limits", () => {
  it("give the same answer but no more email after three to one mailbox, in any spelling", async () => {
    const strict = await startTestAccounts({ limitScale: 1, until: onTestFinished });
    for (const email of ["sam+1@gmail.com", "sam+2@gmail.com", "s.am@gmail.com", "sam@gmail.com"]) {
      await strict.accounts.signUp(browser(), { name: "Sam", email, password: PASSWORD });
    }
    const sent = await strict.db.message.findMany({ orderBy: { id: "asc" } });
    expect(sent.map(({ to }) => to)).toEqual([
      "sam+1@gmail.com",
      "sam+2@gmail.com",
      "s.am@gmail.com",
    ]);
    expect(await strict.db.signUp.count()).toBe(4);
  });

  it("do not count an email that could not be queued", async () => {
    const strict = await startTestAccounts({ limitScale: 1, until: onTestFinished });
    const withoutEmail = createAccounts({
      ...strict.config,
      enqueue: () => Promise.reject(new Error("no email today")),
    });
    const input = { name: "Sam", email: "unlucky@example.com", password: PASSWORD };
    for (let i = 0; i < 4; i++) {
      await expect(withoutEmail.signUp(browser(), input)).rejects.toThrow("no email today");
    }
    await strict.accounts.signUp(browser(), input);
    expect(await strict.emails(input.email)).toEqual(["verify-email"]);
  });

  it("close sign-up but not recovery for everybody when sign-up's share of the day is used up", async () => {
    const strict = await startTestAccounts({ limitScale: 1, until: onTestFinished });
    const email = "owner@example.com";
    await strict.db.sendingStatus.update({ where: { id: 1 }, data: { max24Hours: 16 } });
    await strict.signUpAndVerify(browser(), email);
    await strict.signUp(browser("203.0.113.2"), "second@example.com");
    for (const address of [email, "third@example.com"]) {
      const input = { name: "Sam", email: address, password: PASSWORD };
      await expect(strict.accounts.signUp(browser("203.0.113.3"), input)).rejects.toMatchObject({
        code: "SIGN_UP_CLOSED",
        status: 503,
        retryAfter: expect.any(Number),
      });
    }
    await strict.forgot(email);
    expect((await strict.emails(email)).at(-1)).toBe("password-reset");
  });
});
