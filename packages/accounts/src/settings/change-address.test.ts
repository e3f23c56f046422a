import { describe, expect, it } from "vitest";
import { createAccounts } from "../accounts.ts";
import type { Caller } from "../context.ts";
import { PASSWORD, browser, codeOf, startTestAccounts } from "../test-accounts.ts";

const OTHER = "quite another password";
const test = await startTestAccounts();
const { settings } = test.accounts;

let count = 0;
const newEmail = () => `new${++count}@example.com`;
const addressOf = async ({ session = "" }: Caller) => (await test.accounts.current(session))?.email;

/** @returns the token in the new mailbox */
async function request(caller: Caller, email: string): Promise<string> {
  await settings.requestAddressChange(caller, email);
  return test.tokenFor(email);
}

/** Changes the address. The browser keeps the new cookies. @returns the token of the undo */
async function change(caller: Caller, from: string, to: string): Promise<string> {
  const logIn = await settings.confirmAddressChange(caller, await request(caller, to));
  Object.assign(caller, { session: logIn.session, trusted: logIn.trusted });
  return test.tokenFor(from);
}

const undo = (token: string, password = OTHER) =>
  settings.undoAddress(browser(), { token, password });
const letUndoExpire = (email: string) => test.db.$executeRaw`
  UPDATE links SET expires_at = now() WHERE email_key = ${email} AND purpose = 'undo_address'`;

it("changes when the new mailbox has confirmed it, and the old one is told", async () => {
  const { email, caller } = await test.person();
  const elsewhere = await test.logIn(email);
  const reset = await test.forgot(email);
  const to = newEmail();
  const token = await request(caller, to);
  const [session, trusted] = [caller.session, caller.trusted];
  expect(await settings.openAddressChange(caller, token)).toBe(to);
  expect(await addressOf(caller)).toBe(email);
  const logIn = await settings.confirmAddressChange(caller, token);
  expect(logIn.user.email).toBe(to);
  expect(await test.isIn({ ...caller, session })).toBe(false);
  expect(await addressOf({ ...caller, session: logIn.session })).toBe(to);
  expect(logIn.trusted).not.toBe(trusted);
  // The other browsers stay, the other links do not.
  expect(await addressOf(elsewhere)).toBe(to);
  expect(await codeOf(test.accounts.openReset(reset))).toBe("TOKEN_USED");
  expect(await test.emails(to)).toEqual(["change-address"]);
  expect((await test.emails(email)).at(-1)).toBe("address-changed");
  expect(await codeOf(test.logIn(email))).toBe("INVALID_CREDENTIALS");
  await test.logIn(to);
});

it("keeps email off that the person has turned off, under the new address and after an undo", async () => {
  const { email, caller } = await test.person();
  const to = newEmail();
  const choose = (addressKey: string, category: string, wanted: boolean) =>
    test.db.emailPreference.create({ data: { addressKey, category, wanted, changedBy: "link" } });
  const off = async (addressKey: string) =>
    (await test.db.emailPreference.findMany({ where: { addressKey, wanted: false } }))
      .map(({ category }) => category)
      .toSorted();
  await choose(email, "news", false);
  await choose(email, "digest", true);
  await choose(to, "news", true);
  await choose(to, "digest", false);
  const token = await change(caller, email, to);
  expect(await off(to)).toEqual(["digest", "news"]);
  await choose(to, "offers", false);
  await undo(token);
  expect(await off(email)).toEqual(["digest", "news", "offers"]);
});

describe("a request", () => {
  it("needs a password that was typed recently, and another address", async () => {
    const { email, caller } = await test.person();
    const same = settings.requestAddressChange(caller, email.toUpperCase());
    expect(await codeOf(same)).toBe("SAME_ADDRESS");
    await test.letPasswordsAge();
    const to = newEmail();
    expect(await codeOf(settings.requestAddressChange(caller, to))).toBe("PASSWORD_CHECK_NEEDED");
    expect(await codeOf(settings.requestAddressChange(browser(), to))).toBe("NOT_LOGGED_IN");
    expect(await test.emails(to)).toEqual([]);
  });

  it("tells nobody who has an account: the same rows for a free address and for any other", async () => {
    const { caller } = await test.person();
    const known = (await test.person()).email;
    const unconfirmed = newEmail();
    await test.signUp(browser(), unconfirmed);
    const left = await test.person();
    await change(left.caller, left.email, newEmail());
    const rows = async (email: string) => {
      const before = await test.db.message.count({ where: { toKey: email } });
      expect(await settings.requestAddressChange(caller, email)).toBeUndefined();
      const messages = await test.db.message.findMany({
        where: { toKey: email },
        orderBy: { id: "asc" },
      });
      const links = await test.db.link.count({
        where: { emailKey: email, purpose: "change_address" },
      });
      return messages
        .slice(before)
        .map(({ category, priority, onUnknown, expiresAt, createdAt }) => [
          links,
          category,
          priority,
          onUnknown,
          Math.round((Number(expiresAt) - Number(createdAt)) / 60_000),
        ]);
    };
    const free = await rows(newEmail());
    expect(free).toHaveLength(1);
    for (const email of [known, unconfirmed, left.email]) expect(await rows(email)).toEqual(free);
    expect((await test.emails(known)).at(-1)).toBe("address-taken");
    expect((await test.emails(left.email)).at(-1)).toBe("address-taken");
    expect((await test.emails(unconfirmed)).at(-1)).toBe("change-address");
  });

  it("emails one mailbox three times at most, and is refused after five of one account", async () => {
    const strict = createAccounts({ ...test.config, limitScale: 1 }).settings;
    const { caller } = await test.person();
    const flooded = newEmail();
    for (let i = 0; i < 4; i++) {
      const other = await test.person();
      await strict.requestAddressChange({ ...other.caller, ip: `203.0.113.${i}` }, flooded);
    }
    const sent = (await test.emails(flooded)).filter((name) => name === "change-address");
    expect(sent).toHaveLength(3);
    for (let i = 0; i < 5; i++) await strict.requestAddressChange(caller, newEmail());
    expect(await codeOf(strict.requestAddressChange(caller, newEmail()))).toBe("TOO_MANY_TRIES");
  });
});

describe("the link in the new mailbox", () => {
  it("works only in a session of the account, once, and for an hour", async () => {
    const { email, caller } = await test.person();
    const stranger = await test.person();
    const token = await request(caller, newEmail());
    for (const use of [settings.openAddressChange, settings.confirmAddressChange]) {
      expect(await codeOf(use(browser(), token))).toBe("NOT_LOGGED_IN");
      expect(await codeOf(use(stranger.caller, token))).toBe("FOREIGN_LINK");
      expect(await codeOf(use(caller, "x".repeat(43)))).toBe("TOKEN_UNKNOWN");
    }
    const expired = await request(caller, newEmail());
    await test.db.$executeRaw`
      UPDATE links SET expires_at = now() WHERE email = ${`new${count}@example.com`}`;
    expect(await codeOf(settings.confirmAddressChange(caller, expired))).toBe("TOKEN_EXPIRED");
    expect(await addressOf(caller)).toBe(email);
    expect(await addressOf(stranger.caller)).toBe(stranger.email);
    const codes = await Promise.all([
      codeOf(settings.confirmAddressChange(caller, token)),
      codeOf(settings.confirmAddressChange(caller, token)),
    ]);
    expect(codes.filter((code) => code === "done")).toHaveLength(1);
    const told = (await test.emails(email)).filter((name) => name === "address-changed");
    expect(told).toHaveLength(1);
  });

  it("ends with a new password, and with a reset", async () => {
    const { email, caller } = await test.person();
    const first = await request(caller, newEmail());
    const { session } = await settings.changePassword(caller, {
      currentPassword: PASSWORD,
      password: OTHER,
    });
    caller.session = session;
    expect(await codeOf(settings.openAddressChange(caller, first))).toBe("TOKEN_USED");
    const second = await request(caller, newEmail());
    const input = { token: await test.forgot(email), password: PASSWORD };
    await test.accounts.resetPassword(browser(), input);
    const again = await test.logIn(email);
    expect(await codeOf(settings.openAddressChange(again, second))).toBe("TOKEN_USED");
  });

  it("gives an address to one of two accounts that confirm it at once", async () => {
    const people = [await test.person(), await test.person()];
    const to = newEmail();
    const tokens: string[] = [];
    for (const { caller } of people) tokens.push(await request(caller, to));
    const codes = await Promise.all(
      people.map(({ caller }, i) => codeOf(settings.confirmAddressChange(caller, tokens[i] ?? ""))),
    );
    expect(codes.map(String).sort()).toEqual(["TOKEN_USED", "done"]);
    expect(await test.db.user.count({ where: { emailKey: to } })).toBe(1);
  });

  it("gives the address to the first of two, this change or a sign-up with the same address", async () => {
    const { caller } = await test.person();
    const to = newEmail();
    const newcomer = browser();
    const signUp = await test.signUp(newcomer, to);
    const token = await request(caller, to);
    const codes = await Promise.all([
      codeOf(settings.confirmAddressChange(caller, token)),
      codeOf(test.accounts.verifyEmail(newcomer, { token: signUp })),
    ]);
    expect(codes.map(String).sort()).toEqual(["TOKEN_USED", "done"]);
    expect(await test.db.user.count({ where: { emailKey: to } })).toBe(1);
  });
});

describe("the old address", () => {
  it("can have the account back with a new password: all sessions, links and trusted browsers end", async () => {
    const { email, caller } = await test.person();
    const elsewhere = await test.logIn(email);
    const to = newEmail();
    const token = await change(caller, email, to);
    const reset = await test.forgot(to);
    const pending = await request(caller, newEmail());
    expect(await settings.openUndo(token)).toBe(email);
    expect(await codeOf(undo(token, "password"))).toBe("WEAK_PASSWORD");
    await undo(token);
    for (const each of [caller, elsewhere]) expect(await test.isIn(each)).toBe(false);
    expect(await codeOf(test.accounts.openReset(reset))).toBe("TOKEN_USED");
    expect(await codeOf(test.logIn(to, OTHER))).toBe("INVALID_CREDENTIALS");
    expect(await codeOf(test.logIn(email))).toBe("INVALID_CREDENTIALS");
    const back = await test.logIn(email, OTHER);
    expect(await codeOf(settings.openAddressChange(back, pending))).toBe("TOKEN_USED");
    // Both are told.
    for (const told of [email, to])
      expect((await test.emails(told)).at(-1)).toBe("account-changed");
    expect(await codeOf(undo(token))).toBe("TOKEN_USED");
  });

  it.each<[string, (caller: Caller, email: string) => Promise<unknown>]>([
    [
      "a change of the password",
      (caller) =>
        settings.changePassword(caller, {
          currentPassword: PASSWORD,
          password: "a third password",
        }),
    ],
    [
      "a reset",
      async (_, email) =>
        test.accounts.resetPassword(browser(), {
          token: await test.forgot(email),
          password: "a third password",
        }),
    ],
    ["another change of the address", (caller, email) => change(caller, email, newEmail())],
    ["a log-out everywhere", (caller) => settings.logOutEverywhere(caller)],
  ])("can have it back after %s", async (_, happen) => {
    const { email, caller } = await test.person();
    const to = newEmail();
    const token = await change(caller, email, to);
    await happen(caller, to);
    await undo(token);
    await test.logIn(email, OTHER);
  });

  it("ends the undo of each later change, and of no earlier one", async () => {
    const { email, caller } = await test.person();
    const [second, third] = [newEmail(), newEmail()];
    const toFirst = await change(caller, email, second);
    const toSecond = await change(caller, second, third);
    await undo(toSecond);
    expect(await test.db.user.count({ where: { emailKey: second } })).toBe(1);
    await undo(toFirst, PASSWORD);
    await test.logIn(email);

    const again = await test.person();
    const [fourth, fifth] = [newEmail(), newEmail()];
    const back = await change(again.caller, again.email, fourth);
    const later = await change(again.caller, fourth, fifth);
    await undo(back);
    expect(await codeOf(undo(later))).toBe("TOKEN_USED");
  });

  it("is reserved for seven days: nobody else gets it, and everything looks as with an account", async () => {
    const { email, caller } = await test.person();
    // A sign-up from before, whose link was never opened.
    const waiting = newEmail();
    const newcomer = browser();
    const earlier = await test.signUp(newcomer, waiting);
    await change(caller, email, newEmail());
    const other = await test.person();

    await test.accounts.signUp(browser(), { name: "Eve", email, password: PASSWORD });
    expect((await test.emails(email)).at(-1)).toBe("account-exists");
    await settings.requestAddressChange(other.caller, email);
    expect((await test.emails(email)).at(-1)).toBe("address-taken");
    await test.accounts.requestPasswordReset(browser(), email);
    expect(await test.requests.handle()).toEqual({ "no-account": 1 });
    await test.accounts.verifyEmail(newcomer, { token: earlier });

    await letUndoExpire(email);
    await test.signUpAndVerify(browser(), email);
  });

  it("that came from an earlier change stays reserved too, also against links from before", async () => {
    const { caller } = await test.person();
    const passing = newEmail();
    const newcomer = browser();
    const first = await test.signUp(newcomer, passing);
    // The account has this address for a moment. That ends the link of the sign-up.
    const current = (await addressOf(caller)) ?? "";
    await change(caller, current, passing);
    await change(caller, passing, newEmail());
    expect(await codeOf(test.accounts.verifyEmail(newcomer, { token: first }))).toBe("TOKEN_USED");
  });

  it("can be chosen again by the account itself", async () => {
    const { email, caller } = await test.person();
    const to = newEmail();
    const token = await change(caller, email, to);
    await change(caller, to, email);
    expect(await addressOf(caller)).toBe(email);
    await undo(token);
    await test.logIn(email, OTHER);
  });

  it("gets nothing back after a week, by an unknown link, or by a link for something else", async () => {
    const { email, caller } = await test.person();
    const token = await change(caller, email, newEmail());
    await letUndoExpire(email);
    expect(await codeOf(undo(token))).toBe("TOKEN_EXPIRED");
    expect(await codeOf(undo("x".repeat(43)))).toBe("TOKEN_UNKNOWN");
    const reset = await test.forgot((await addressOf(caller)) ?? "");
    expect(await codeOf(undo(reset))).toBe("TOKEN_UNKNOWN");
    expect(await test.isIn(caller)).toBe(true);
  });

  it("wins once when it is undone twice at the same time, also while the address changes again", async () => {
    const { email, caller } = await test.person();
    const to = newEmail();
    const token = await change(caller, email, to);
    const next = await request(caller, newEmail());
    const [confirmed, ...undone] = await Promise.all([
      codeOf(settings.confirmAddressChange(caller, next)),
      codeOf(undo(token)),
      codeOf(undo(token)),
    ]);
    expect(["done", "NOT_LOGGED_IN", "TOKEN_USED", "BUSY"]).toContain(confirmed);
    for (const code of undone) expect(["done", "TOKEN_USED", "BUSY"]).toContain(code);
    expect(undone.filter((code) => code === "done").length).toBeLessThanOrEqual(1);
    if (!undone.includes("done")) await undo(token);
    await test.logIn(email, OTHER);
  });
});
