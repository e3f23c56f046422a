import { describe, expect, it } from "vitest";
import { createAccounts } from "../accounts.ts";
import type { Caller } from "../context.ts";
import { PASSWORD, browser, codeOf, startTestAccounts } from "../test-accounts.ts";

const OTHER = "quite another password";
const test = await startTestAccounts();
const { settings } = test.accounts;

const changePassword = (caller: Caller, currentPassword = PASSWORD, password = OTHER) =>
  settings.changePassword(caller, { currentPassword, password });
describe("a new password", () => {
  it("ends the other sessions, all links and trusted browsers, and its owner is told", async () => {
    const { email, caller } = await test.person();
    const elsewhere = await test.logIn(email);
    const link = await test.forgot(email);
    const before = caller.session;
    const { session, trusted } = await changePassword(caller);
    expect(await test.isIn(elsewhere)).toBe(false);
    // This browser stays logged in, with another token.
    expect(await test.isIn({ ...caller, session: before })).toBe(false);
    expect(await test.isIn({ ...caller, session })).toBe(true);
    expect(await codeOf(test.accounts.openReset(link))).toBe("TOKEN_USED");
    expect((await test.emails(email)).at(-1)).toBe("password-changed");
    await test.logIn(email, OTHER);

    const strict = createAccounts({ ...test.config, limitScale: 1 });
    for (let i = 0; i < 10; i++) {
      const old = strict.logIn(browser(), { email, password: PASSWORD });
      expect(await codeOf(old)).toBe("INVALID_CREDENTIALS");
    }
    const right = { email, password: OTHER };
    expect(await codeOf(strict.logIn({ ...browser(), trusted: elsewhere.trusted }, right))).toBe(
      "TOO_MANY_TRIES",
    );
    await strict.logIn({ ...browser(), trusted }, right);
  });

  it("needs the current one, and is under the rules for new ones", async () => {
    const { email, caller } = await test.person();
    const before = await test.emails(email);
    expect(await codeOf(changePassword(caller, "a wrong password"))).toBe("WRONG_PASSWORD");
    expect(await codeOf(changePassword(caller, PASSWORD, email))).toBe("WEAK_PASSWORD");
    expect(await test.isIn(caller)).toBe(true);
    expect(await test.emails(email)).toEqual(before);
    await test.logIn(email);
  });

  it("is set once, if it is sent twice at the same time", async () => {
    const { email, caller } = await test.person();
    const codes = await Promise.all([
      codeOf(changePassword(caller, PASSWORD, OTHER)),
      codeOf(changePassword(caller, PASSWORD, "a third password")),
    ]);
    expect(codes.filter((code) => code === "done")).toHaveLength(1);
    const told = (await test.emails(email)).filter((template) => template === "password-changed");
    expect(told).toHaveLength(1);
  });
});

describe("a wrong current password", () => {
  it("may be typed ten times in a quarter of an hour, and strangers cannot use that up", async () => {
    const strict = createAccounts({ ...test.config, limitScale: 1 });
    const { email, caller } = await test.person();
    const guess = { email, password: "a wrong password" };
    for (let i = 0; i < 10; i++) await codeOf(strict.logIn(browser("198.51.100.9"), guess));
    const type = (password: string) => codeOf(strict.settings.typePassword(caller, password));
    caller.session = await strict.settings.typePassword(caller, PASSWORD);
    for (let i = 0; i < 10; i++) expect(await type("a wrong password")).toBe("WRONG_PASSWORD");
    expect(await type(PASSWORD)).toBe("TOO_MANY_TRIES");
  });
});

describe("a typed password", () => {
  it("is recent for a quarter of an hour, and gives the session another token", async () => {
    const { caller } = await test.person();
    expect(await settings.hasTypedPassword(caller)).toBe(true);
    await test.letPasswordsAge();
    expect(await settings.hasTypedPassword(caller)).toBe(false);
    expect(await codeOf(settings.typePassword(caller, "a wrong password"))).toBe("WRONG_PASSWORD");
    expect(await settings.hasTypedPassword(caller)).toBe(false);
    const session = await settings.typePassword(caller, PASSWORD);
    expect(await settings.hasTypedPassword({ ...caller, session })).toBe(true);
    expect(await test.isIn(caller)).toBe(false);
  });
});

describe("sessions", () => {
  it("are listed with their device, and end one by one", async () => {
    const { email, caller } = await test.person("Firefox, Linux");
    const phone = await test.logIn(email);
    const list = await settings.sessions(caller);
    expect(list).toMatchObject([
      { device: "Firefox, Linux", isThis: true, usedAt: expect.any(Date) },
      { device: null, isThis: false, since: expect.any(Date) },
    ]);
    await settings.endSession(caller, list[1]!.id);
    expect(await test.isIn(phone)).toBe(false);
    expect(await test.isIn(caller)).toBe(true);
    // A second post for the same session sends no email.
    await settings.endSession(caller, list[1]!.id);
    const told = (await test.emails(email)).filter((template) => template === "account-changed");
    expect(told).toHaveLength(1);
  });

  it("of other accounts cannot be ended", async () => {
    const [mine, other] = [await test.person(), await test.person()];
    const [theirs] = await settings.sessions(other.caller);
    await settings.endSession(mine.caller, theirs!.id);
    expect(await test.isIn(other.caller)).toBe(true);
    expect(await test.emails(mine.email)).not.toContain("account-changed");
    expect(await test.emails(other.email)).not.toContain("account-changed");
  });

  it("all end by logging out everywhere, with the trusted browsers", async () => {
    const { email, caller } = await test.person();
    const phone = await test.logIn(email);
    await settings.logOutEverywhere(caller);
    expect(await test.isIn(caller)).toBe(false);
    expect(await test.isIn(phone)).toBe(false);
    expect((await test.emails(email)).at(-1)).toBe("account-changed");
    const { trustEpoch } = await test.db.user.findUniqueOrThrow({ where: { emailKey: email } });
    expect(trustEpoch).toBe(1);
  });
});

it("changes the name, and tells the owner; without the email it changes nothing", async () => {
  const { email, caller } = await test.person();
  await settings.changeProfile(caller, { ...(await settings.profile(caller)), name: "Robin" });
  expect(await settings.profile(caller)).toMatchObject({ name: "Robin" });
  expect(await settings.profile(caller)).not.toHaveProperty("passwordHash");
  expect((await test.emails(email)).at(-1)).toBe("account-changed");
  const mute = createAccounts({ ...test.config, enqueue: () => Promise.reject(new Error("mute")) });
  const changed = mute.settings.changeProfile(caller, { name: "Kim" });
  await expect(changed).rejects.toThrow("mute");
  expect(await settings.profile(caller)).toMatchObject({ name: "Robin" });
});

it("emails twenty changes a day at most: then it refuses them, and still ends sessions", async () => {
  const strict = createAccounts({ ...test.config, limitScale: 1 }).settings;
  const { email, caller } = await test.person();
  for (let i = 0; i < 20; i++) await strict.changeProfile(caller, { name: `Sam ${i}` });
  expect(await codeOf(strict.changeProfile(caller, { name: "Eve" }))).toBe("TOO_MANY_TRIES");
  await strict.logOutEverywhere(caller);
  expect(await test.isIn(caller)).toBe(false);
  const told = (await test.emails(email)).filter((template) => template === "account-changed");
  expect(told).toHaveLength(20);
});

it("a session without the password cannot use up what needs the password", async () => {
  const strict = createAccounts({ ...test.config, limitScale: 1 }).settings;
  const { email, caller } = await test.person();
  const thief = await test.logIn(email);
  for (let i = 0; i < 20; i++) await strict.changeProfile(thief, { name: `Eve ${i}` });
  await strict.exportData(caller);
  const input = { currentPassword: PASSWORD, password: OTHER };
  Object.assign(caller, await strict.changePassword(caller, input));
  for (let i = 0; i < 8; i++) await strict.exportData(caller);
  expect(await codeOf(strict.exportData(caller))).toBe("TOO_MANY_TRIES");
});

it("counts only what an email reports, so that a stolen session cannot make the rest go unnoticed", async () => {
  const strict = createAccounts({ ...test.config, limitScale: 1 }).settings;
  const { email, caller } = await test.person();
  const owner = await test.logIn(email);
  for (let i = 0; i < 20; i++) await strict.endSession(caller, crypto.randomUUID());
  const [, own] = await strict.sessions(caller);
  await strict.endSession(caller, own!.id);
  expect(await test.isIn(owner)).toBe(false);
  expect((await test.emails(email)).at(-1)).toBe("account-changed");
  await test.letPasswordsAge();
  for (let i = 0; i < 20; i++) {
    expect(await codeOf(strict.exportData(caller))).toBe("PASSWORD_CHECK_NEEDED");
  }
  const input = { currentPassword: PASSWORD, password: OTHER };
  expect(await codeOf(strict.changePassword(caller, input))).toBe("done");
});

it.each<[string, (caller: Caller) => Promise<unknown>]>([
  ["the name", (caller) => settings.changeProfile(caller, { name: "Eve" })],
  ["the password", (caller) => changePassword(caller)],
  ["a session", (caller) => settings.endSession(caller, "00000000-0000-4000-8000-000000000000")],
  ["all sessions", (caller) => settings.logOutEverywhere(caller)],
  ["the time of the typed password", (caller) => settings.typePassword(caller, PASSWORD)],
  ["nothing: it reads the name", (caller) => settings.profile(caller)],
  ["nothing: it lists the sessions", (caller) => settings.sessions(caller)],
])("lets nobody change %s without a session, or with one that has ended", async (_, act) => {
  const { email, caller } = await test.person();
  const account = () => test.db.user.findUnique({ where: { emailKey: email } });
  const before = await account();
  await test.accounts.logOut(caller.session ?? "");
  expect(await codeOf(act(caller))).toBe("NOT_LOGGED_IN");
  expect(await codeOf(act(browser()))).toBe("NOT_LOGGED_IN");
  expect(await codeOf(act({ ...browser(), session: "x".repeat(43) }))).toBe("NOT_LOGGED_IN");
  expect(await account()).toEqual(before);
});
