import { expect, it, onTestFinished } from "vitest";
import { createAccounts } from "./accounts.ts";
import { PASSWORD, SECRET, browser, startTestAccounts } from "./test-accounts.ts";
import { hashesOf } from "./tokens.ts";
import { deleteEnded } from "./worker.ts";

const test = await startTestAccounts();

const requestsOf = (emailKey: string) =>
  test.db.resetRequest.findMany({
    where: { emailHash: { in: hashesOf(SECRET, "address", emailKey) } },
    orderBy: { id: "asc" },
  });

it("writes the same row for every address, and looks for an account only afterwards", async () => {
  await test.signUpAndVerify(browser(), "known@example.com");
  const before = await test.db.message.count();
  for (const email of ["known@example.com", "nobody@example.com"]) {
    await test.accounts.requestPasswordReset(browser(), email);
    const [row] = await requestsOf(email);
    expect(row).toMatchObject({ handledAt: null, result: null, email: expect.any(Uint8Array) });
  }
  expect(await test.db.message.count()).toBe(before);
  expect(await test.requests.handle()).toEqual({ emailed: 1, "no-account": 1 });
  // An operator can distinguish "never asked" from "no account".
  expect(await requestsOf("known@example.com")).toMatchObject([{ result: "emailed", email: null }]);
  expect(await requestsOf("nobody@example.com")).toMatchObject([
    { result: "no_account", email: null },
  ]);
  expect(await requestsOf("never@example.com")).toEqual([]);
  expect(await test.emails("nobody@example.com")).toEqual([]);
});

it("handles each request once, with any number of workers", async () => {
  const email = "once@example.com";
  await test.signUpAndVerify(browser(), email);
  await test.accounts.requestPasswordReset(browser(), email);
  await Promise.all(Array.from({ length: 5 }, () => test.requests.handle()));
  const resets = (await test.emails(email)).filter((template) => template === "password-reset");
  expect(resets).toHaveLength(1);
});

it("closes a request that was encrypted with another AUTH_SECRET, and continues", async () => {
  await test.db.resetRequest.create({
    data: { emailHash: Buffer.from("x"), email: Buffer.from("not ours") },
  });
  expect(await test.requests.handle()).toEqual({ unreadable: 1 });
});

it("handles all others if one request cannot be handled", async () => {
  const [broken, well] = ["broken@example.com", "well@example.com"];
  for (const email of [broken, well]) {
    await test.signUpAndVerify(browser(), email);
    await test.accounts.requestPasswordReset(browser(), email);
  }
  await test.db.user.update({ where: { emailKey: broken }, data: { locale: "?" } });
  const failure = { code: "INVALID_LOCALE" };
  await expect(test.requests.handle()).rejects.toMatchObject(failure);
  expect((await test.emails(well)).at(-1)).toBe("password-reset");
  await test.db.user.update({ where: { emailKey: broken }, data: { locale: null } });
  expect(await test.requests.handle()).toEqual({ emailed: 1 });
});

it("never handles a request from before a restored backup, because it may have been handled since", async () => {
  const email = "restored@example.com";
  await test.signUpAndVerify(browser(), email);
  await test.accounts.requestPasswordReset(browser(), email);
  await test.db.$executeRaw`
    UPDATE reset_requests SET created_at = now() - interval '1 minute' WHERE handled_at IS NULL`;
  await test.db.$executeRaw`UPDATE sending_status SET restored_at = now() - interval '1 second'`;
  expect(await test.requests.handle()).toEqual({});
  await test.accounts.requestPasswordReset(browser(), email);
  expect(await test.requests.handle()).toEqual({ emailed: 1 });
  await test.db.resetRequest.deleteMany();
  await test.db.$executeRaw`UPDATE sending_status SET restored_at = NULL`;
});

it("emails three links at once, and no more if each is used: nobody can send to themselves without end", async () => {
  const strict = await startTestAccounts({ limitScale: 1, until: onTestFinished });
  const email = "again@example.com";
  await strict.signUpAndVerify(browser("203.0.113.1"), email);
  for (let i = 0; i < 5; i++) {
    await strict.accounts.requestPasswordReset(browser(`203.0.113.${i}`), email);
    if (!(await strict.requests.handle())?.emailed) continue;
    const reset = { token: strict.tokenFor(email), password: `quite another password ${i}` };
    await strict.accounts.resetPassword(browser(`203.0.113.${i}`), reset);
  }
  const emails = await strict.emails(email);
  expect(emails.filter((template) => template === "password-reset")).toHaveLength(3);
});

it("gives the same answer but no more email after three to one mailbox", async () => {
  const strict = await startTestAccounts({ limitScale: 1, until: onTestFinished });
  const email = "flooded@example.com";
  await strict.signUpAndVerify(browser("198.51.100.1"), email);
  for (let i = 0; i < 10; i++)
    await strict.accounts.requestPasswordReset(browser(`203.0.113.${i}`), email);
  await strict.requests.handle();
  const resets = (await strict.emails(email)).filter((template) => template === "password-reset");
  expect(resets).toHaveLength(3);
  expect(await strict.db.resetRequest.count({ where: { result: "limited" } })).toBe(7);
  // The newest link still works for the owner.
  const password = "quite another password";
  await strict.accounts.resetPassword(browser(), { token: strict.tokenFor(email), password });
  await strict.accounts.logIn(browser(), { email, password });
});

it("emails the owner, even if strangers have asked for other spellings of the mailbox", async () => {
  const strict = await startTestAccounts({ limitScale: 1, until: onTestFinished });
  const email = "spelled@gmail.com";
  await strict.signUpAndVerify(browser("198.51.100.1"), email);
  for (const other of ["spelled+1@gmail.com", "spelled+2@gmail.com", "s.pelled@gmail.com"])
    await strict.accounts.requestPasswordReset(browser(), other);
  expect(await strict.accounts.openReset(await strict.forgot(email))).toBe(email);
});

it("changes nothing in the account before a link is redeemed, even if a stranger asks often", async () => {
  const email = "untouched@example.com";
  const { session, user } = await test.signUpAndVerify(browser(), email);
  const account = () => test.db.user.findUnique({ where: { emailKey: email } });
  const before = await account();
  for (let i = 0; i < 5; i++) await test.accounts.openReset(await test.forgot(email));
  const guess = { token: "x".repeat(43), password: "quite another password" };
  const guessed = test.accounts.resetPassword(browser(), guess);
  await expect(guessed).rejects.toMatchObject({ code: "TOKEN_UNKNOWN" });
  expect(await account()).toEqual(before);
  expect(await test.accounts.current(session)).toEqual(user);
  await test.accounts.logIn(browser(), { email, password: PASSWORD });
});

it("sets the password, ends every session and every link of its owner, and tells them", async () => {
  const email = "reset@example.com";
  const { session } = await test.signUpAndVerify(browser(), email);
  const older = await test.forgot(email);
  const token = await test.forgot(email);
  await test.accounts.resetPassword(browser(), { token, password: "quite another password" });
  expect(await test.accounts.current(session)).toBeUndefined();
  await expect(test.accounts.openReset(older)).rejects.toMatchObject({ code: "TOKEN_USED" });
  expect((await test.emails(email)).at(-1)).toBe("password-changed");
  await expect(test.accounts.logIn(browser(), { email, password: PASSWORD })).rejects.toMatchObject(
    { code: "INVALID_CREDENTIALS" },
  );
});

it("changes nothing when the notice cannot be queued", async () => {
  const email = "notice@example.com";
  const { session } = await test.signUpAndVerify(browser(), email);
  const token = await test.forgot(email);
  const withoutEmail = createAccounts({
    ...test.config,
    limitScale: 1_000,
    enqueue: () => Promise.reject(new Error("no email today")),
  });
  const input = { token, password: "quite another password" };
  await expect(withoutEmail.resetPassword(browser(), input)).rejects.toThrow("no email today");
  expect(await test.accounts.current(session)).toBeDefined();
  await test.accounts.logIn(browser(), { email, password: PASSWORD });
  await test.accounts.resetPassword(browser(), input);
});

it("refuses a weak password, and keeps the link valid", async () => {
  const email = "weak@example.com";
  await test.signUpAndVerify(browser(), email);
  const token = await test.forgot(email);
  for (const password of ["password", "12345678", " ".repeat(8), email]) {
    await expect(test.accounts.resetPassword(browser(), { token, password })).rejects.toMatchObject(
      { code: "WEAK_PASSWORD", status: 422 },
    );
  }
  await test.accounts.resetPassword(browser(), { token, password: "quite another password" });
});

it("deletes ended rows, and no others", async () => {
  const tables = ["sign_ups", "sessions", "links", "reset_requests"] as const;
  const counts = async () => {
    const [row] = await test.db.$queryRawUnsafe<Record<string, number>[]>(
      `SELECT ${tables.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`).join()}`,
    );
    return row;
  };
  const before = await counts();
  await deleteEnded(test.db);
  expect(await counts()).toEqual(before);
  await test.db.$executeRaw`UPDATE sign_ups SET expires_at = now() - interval '1 second'`;
  // Half of the sessions end after their time without use.
  await test.db.$executeRaw`
    UPDATE sessions SET used_at = now() - interval '15 days'
    WHERE id IN (SELECT id FROM sessions ORDER BY id LIMIT 2)`;
  await test.db.$executeRaw`
    UPDATE sessions SET expires_at = now() - interval '1 second' WHERE used_at > now() - interval '14 days'`;
  await test.db.$executeRaw`UPDATE links SET expires_at = now() - interval '8 days'`;
  await test.db.$executeRaw`UPDATE reset_requests SET created_at = now() - interval '8 days'`;
  // Also if there are more rows than one statement deletes.
  await deleteEnded(test.db, 2);
  expect(await counts()).toEqual({ sign_ups: 0, sessions: 0, links: 0, reset_requests: 0 });
});
