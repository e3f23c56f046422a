import { waitForLocks } from "@repo/db/testing";
import { keysOf } from "@repo/email/keys";
import { expect, it, onTestFinished } from "vitest";
import { createAccounts } from "./accounts.ts";
import { PASSWORD, SECRET, browser, startTestAccounts } from "./test-accounts.ts";
import { isTrusted } from "./trusted-browser.ts";

const test = await startTestAccounts();

const refused = { code: "INVALID_CREDENTIALS", status: 401 };

it("gives the same refusal for a wrong password, an unknown address and an unconfirmed sign-up", async () => {
  await test.signUpAndVerify(browser(), "sam@example.com");
  await test.signUp(browser(), "waiting@example.com");
  const answers = [];
  for (const [email, password] of [
    ["sam@example.com", "a wrong password"],
    ["nobody@example.com", PASSWORD],
    ["waiting@example.com", PASSWORD],
  ] as const) {
    const error = await test.accounts.logIn(browser(), { email, password }).catch((e) => e);
    expect(error).toMatchObject(refused);
    answers.push(error.message);
  }
  expect(new Set(answers).size).toBe(1);
  // A log-in sends no email.
  expect(await test.emails("waiting@example.com")).toEqual(["verify-email"]);
});

it("does not trust a browser of the address's former account", async () => {
  const email = "info@example.com";
  const former = browser();
  former.session = (await test.signUpAndVerify(former, email)).session;
  const { settings } = test.accounts;
  await settings.requestDeletion(former);
  const deletion = { token: test.tokenFor(email), currentPassword: PASSWORD };
  await settings.deleteAccount(former, deletion);
  await test.signUpAndVerify(browser(), email);
  expect(await isTrusted(test.db, SECRET, email, former.trusted)).toBe(false);
});

it("counts no password that was not compared, because its browser has gone", async () => {
  const strict = createAccounts({ ...test.config, limitScale: 1 });
  const email = "patient@example.com";
  await test.signUpAndVerify(browser(), email);
  const gone = { ...browser("203.0.113.7"), signal: AbortSignal.abort() };
  for (let i = 0; i < 12; i++) {
    await expect(strict.logIn(gone, { email, password: "wrong" })).rejects.toThrow("aborted");
  }
  await strict.logIn(browser("203.0.113.8"), { email, password: PASSWORD });
});

it("accepts the address in upper and lower case, and the password in any encoding of its accents", async () => {
  const composed = "caf\u00e9 au lait, s'il vous pla\u00eet";
  await test.signUpAndVerify(browser(), "accents@example.com", composed);
  await test.accounts.logIn(browser(), {
    email: "Accents@EXAMPLE.com",
    password: composed.normalize("NFD"),
  });
});

it("ends at log-out, after its lifetime, and after its time without use", async () => {
  const email = "ends@example.com";
  const { session: ended } = await test.signUpAndVerify(browser(), email);
  const again = async () =>
    (await test.accounts.logIn(browser(), { email, password: PASSWORD })).session;
  const [expired, unused] = [await again(), await again()];
  await test.accounts.logOut(ended);
  expect(await test.accounts.current(ended)).toBeUndefined();
  expect(await test.accounts.current(unused)).toBeDefined();
  await test.db.$executeRaw`UPDATE sessions SET used_at = now() - interval '15 days'`;
  expect(await test.accounts.current(unused)).toBeUndefined();
  await test.db.$executeRaw`
    UPDATE sessions SET used_at = now(), expires_at = now() - interval '1 second'`;
  expect(await test.accounts.current(expired)).toBeUndefined();
});

it("keeps a used session alive, and ends the least recently used one beyond twenty", async () => {
  const email = "many@example.com";
  const { session: first, user } = await test.signUpAndVerify(browser(), email);
  await test.db.$executeRaw`
    UPDATE sessions SET used_at = now() - interval '2 hours' WHERE user_id = ${user.id}::uuid`;
  expect(await test.accounts.current(first)).toBeDefined();
  const { usedAt } = await test.db.session.findFirstOrThrow({ where: { userId: user.id } });
  expect(Date.now() - usedAt.getTime()).toBeLessThan(60 * 60_000);
  await test.db.$executeRaw`
    INSERT INTO sessions (id, token_hash, user_id, expires_at, used_at)
    SELECT gen_random_uuid(), decode(md5(n::text), 'hex'), ${user.id}::uuid,
           now() + interval '1 day', now() - n * interval '1 hour'
    FROM generate_series(1, 25) n`;
  await test.accounts.logIn(browser(), { email, password: PASSWORD });
  expect(await test.db.session.count({ where: { userId: user.id } })).toBe(20);
  expect(await test.accounts.current(first)).toBeDefined();
});

it("ends every session, link and trust at once under a new AUTH_SECRET, and keeps the passwords", async () => {
  const email = "rotated@example.com";
  const { session, trusted } = await test.signUpAndVerify(browser(), email);
  const token = await test.forgot(email);
  const secret = keysOf("the secret after the one that leaked, 32 characters");
  const rotated = createAccounts({ ...test.config, secret, limitScale: 1_000 });
  expect(await rotated.current(session)).toBeUndefined();
  await expect(rotated.openReset(token)).rejects.toMatchObject({ code: "TOKEN_UNKNOWN" });
  expect(await isTrusted(test.db, SECRET, email, trusted)).toBe(true);
  expect(await isTrusted(test.db, secret, email, trusted)).toBe(false);
  await rotated.logIn(browser(), { email, password: PASSWORD });
});

it("hashes a password again if its hash has a lower cost", async () => {
  const email = "cheap@example.com";
  await test.signUpAndVerify(browser(), email);
  const { logIn } = createAccounts({ ...test.config, passwordCost: undefined });
  await logIn(browser(), { email, password: PASSWORD });
  const { passwordHash } = await test.db.user.findUniqueOrThrow({ where: { emailKey: email } });
  expect(passwordHash).toContain("m=19456,t=2,p=1");
  await logIn(browser(), { email, password: PASSWORD });
});

it("locks strangers out after ten wrong passwords, known address or not, and never a trusted browser", async () => {
  const strict = await startTestAccounts({ limitScale: 1, until: onTestFinished });
  const email = "owner@example.com";
  const owner = browser("198.51.100.1");
  await strict.signUpAndVerify(owner, email);
  const answers: Record<string, string[]> = {};
  for (const address of [email, "nobody@example.com"]) {
    answers[address] = [];
    for (let i = 0; i < 12; i++) {
      const wrong = { email: address, password: "a wrong password" };
      const error = await strict.accounts.logIn(browser(`203.0.113.${i}`), wrong).catch((e) => e);
      answers[address].push(error.code);
    }
  }
  expect(answers[email]).toEqual([
    ...Array(10).fill("INVALID_CREDENTIALS"),
    ...Array(2).fill("TOO_MANY_TRIES"),
  ]);
  expect(answers["nobody@example.com"]).toEqual(answers[email]);
  // Refused despite the right password: this browser is not trusted.
  const elsewhere = strict.accounts.logIn(browser("203.0.113.99"), { email, password: PASSWORD });
  await expect(elsewhere).rejects.toMatchObject({ code: "TOO_MANY_TRIES", status: 429 });
  const { trusted } = await strict.accounts.logIn(owner, { email, password: PASSWORD });
  // After a reset the owner can log in from any browser.
  const token = await strict.forgot(email);
  await strict.accounts.resetPassword(browser("203.0.113.99"), {
    token,
    password: "quite another password",
  });
  // The reset ends the trust in earlier browsers, even with a forged epoch in their cookie.
  expect(trusted).toContain(".0.");
  for (const cookie of [trusted, trusted.replace(".0.", ".1.")]) {
    const untrusted = strict.accounts.logIn(
      { ...owner, trusted: cookie },
      { email, password: "quite another password" },
    );
    await expect(untrusted).rejects.toMatchObject({ code: "TOO_MANY_TRIES" });
  }
});

it("trusts a browser only for the account that it logged in to", async () => {
  const strict = await startTestAccounts({ limitScale: 1, until: onTestFinished });
  const attacker = browser("198.51.100.1");
  await strict.signUpAndVerify(attacker, "attacker@example.com");
  await strict.signUpAndVerify(browser("198.51.100.2"), "victim@example.com");
  const codes = [];
  for (let i = 0; i < 11; i++) {
    const wrong = { email: "victim@example.com", password: "a wrong password" };
    codes.push((await strict.accounts.logIn(attacker, wrong).catch((e) => e)).code);
  }
  expect(codes.at(-1)).toBe("TOO_MANY_TRIES");
});

it("counts every log-in of a trusted browser, right or wrong, and then treats it like any other browser", async () => {
  const strict = await startTestAccounts({ limitScale: 1, until: onTestFinished });
  const email = "owner@example.com";
  const owner = browser();
  await strict.signUpAndVerify(owner, email);
  const codes = [];
  for (let i = 0; i < 31; i++) {
    const wrong = { email, password: "a wrong password" };
    codes.push((await strict.accounts.logIn(owner, wrong).catch((e) => e)).code);
  }
  expect(codes.slice(0, 30)).toEqual(Array(30).fill("INVALID_CREDENTIALS"));
  expect(codes[30]).toBe("TOO_MANY_TRIES");
});

it("refuses a log-in that checked the old password while a reset was running", async () => {
  const email = "race@example.com";
  await test.signUpAndVerify(browser(), email);
  const { id } = await test.db.user.findUniqueOrThrow({ where: { emailKey: email } });
  let logIn = Promise.resolve<unknown>(undefined);
  await test.db.$transaction(
    async (tx) => {
      // A reset that has done everything but commit.
      await tx.$executeRaw`UPDATE users SET password_hash = 'another' WHERE id = ${id}::uuid`;
      await tx.session.deleteMany({ where: { userId: id } });
      logIn = test.accounts
        .logIn(browser(), { email, password: PASSWORD })
        .catch((error: unknown) => error);
      await waitForLocks(test.db);
    },
    { timeout: 60_000 },
  );
  expect(await logIn).toMatchObject({ code: "INVALID_CREDENTIALS" });
  expect(await test.db.session.count({ where: { userId: id } })).toBe(0);
});
