import { createPseudonyms } from "@repo/email/erasure";
import { keysOf } from "@repo/email/keys";
import { createSealer } from "@repo/email/seal";
import { describe, expect, it } from "vitest";
import type { Caller } from "../context.ts";
import {
  OPT_OUT_KEY,
  PASSWORD,
  SECRET,
  browser,
  codeOf,
  startTestAccounts,
} from "../test-accounts.ts";
import { eraseDeleted, eraseNextAtSes } from "../worker.ts";

const OTHER = "quite another password";
const test = await startTestAccounts();
const { settings } = test.accounts;

/** @returns the token of the link, from the mailbox that it went to */
async function ask(caller: Caller, mailbox: string): Promise<string> {
  await settings.requestDeletion(caller);
  return test.tokenFor(mailbox);
}
const remove = (caller: Caller, token: string, currentPassword = PASSWORD) =>
  settings.deleteAccount(caller, { token, currentPassword });
const accountOf = (email: string) => test.db.user.findUnique({ where: { emailKey: email } });
const pseudonyms = createPseudonyms(OPT_OUT_KEY);
const erase = (isAtSes = false, secret = SECRET) =>
  eraseDeleted(test.db, { secret, pseudonyms }, { isAtSes });
/** As the worker does when SES has accepted them. */
const sendAll = () => test.db.$executeRaw`
  UPDATE messages SET state = 'closed', closed_at = now(), closed_reason = 'cancelled', payload = NULL
  WHERE state = 'queued'`;

/** @returns for how many minutes the next try would have waited */
async function letTryComeDue(): Promise<number> {
  const [row] = await test.db.$queryRaw<{ minutes: number }[]>`
    WITH old AS (SELECT id, ses_due_at FROM erasures WHERE ses_due_at > now())
    UPDATE erasures SET ses_due_at = now() - interval '1 ms' FROM old WHERE old.id = erasures.id
    RETURNING round(extract(epoch FROM old.ses_due_at - now()) / 60)::int AS minutes`;
  return row!.minutes;
}

it("deletes the account by the emailed link, cancels email that waits, and says good-bye", async () => {
  const { email, caller } = await test.person();
  const elsewhere = await test.logIn(email);
  const token = await ask(caller, email);
  expect(await settings.openDeletion(caller, token)).toBe(email);
  await remove(caller, token);
  expect(await accountOf(email)).toBeNull();
  for (const each of [caller, elsewhere]) expect(await test.isIn(each)).toBe(false);
  expect(await codeOf(test.logIn(email))).toBe("INVALID_CREDENTIALS");
  const messages = await test.db.message.findMany({
    where: { toKey: email },
    orderBy: { id: "asc" },
  });
  expect(messages.pop()).toMatchObject({ template: "account-deleted", state: "queued" });
  for (const each of messages) expect(each).toMatchObject({ closedReason: "cancelled" });
});

describe("the link", () => {
  it("works only in a session of the account, with the password, once, and for an hour", async () => {
    const { email, caller } = await test.person();
    const stranger = await test.person();
    const token = await ask(caller, email);
    for (const use of [settings.openDeletion, remove]) {
      expect(await codeOf(use(browser(), token))).toBe("NOT_LOGGED_IN");
      expect(await codeOf(use(stranger.caller, token))).toBe("FOREIGN_LINK");
      expect(await codeOf(use(caller, "x".repeat(43)))).toBe("TOKEN_UNKNOWN");
    }
    expect(await codeOf(remove(caller, token, OTHER))).toBe("WRONG_PASSWORD");
    const expired = await ask(stranger.caller, stranger.email);
    await test.db.$executeRaw`
      UPDATE links SET expires_at = now() WHERE email_key = ${stranger.email}`;
    expect(await codeOf(remove(stranger.caller, expired))).toBe("TOKEN_EXPIRED");
    expect(await accountOf(stranger.email)).not.toBeNull();
    expect(await accountOf(email)).not.toBeNull();

    const codes = await Promise.all([codeOf(remove(caller, token)), codeOf(remove(caller, token))]);
    expect(codes.filter((code) => code === "done")).toHaveLength(1);
    expect((await test.emails(email)).filter((name) => name === "account-deleted")).toHaveLength(1);
  });

  it("is sent only if the password was typed recently", async () => {
    const { email, caller } = await test.person();
    await test.letPasswordsAge();
    expect(await codeOf(settings.requestDeletion(caller))).toBe("PASSWORD_CHECK_NEEDED");
    expect(await codeOf(settings.requestDeletion(browser()))).toBe("NOT_LOGGED_IN");
    expect(await test.emails(email)).not.toContain("delete-account");
  });

  it("ends with a new password, and with a change of the address", async () => {
    const { email, caller } = await test.person();
    const first = await ask(caller, email);
    const change = { currentPassword: PASSWORD, password: OTHER };
    caller.session = (await settings.changePassword(caller, change)).session;
    expect(await codeOf(remove(caller, first, OTHER))).toBe("TOKEN_USED");
    const second = await ask(caller, email);
    const to = `to-${email}`;
    await settings.requestAddressChange(caller, to);
    const moved = await settings.confirmAddressChange(caller, test.tokenFor(to));
    caller.session = moved.session;
    expect(await codeOf(remove(caller, second, OTHER))).toBe("TOKEN_USED");
  });

  it("goes to the oldest address that can still have the account back", async () => {
    const { email, caller } = await test.person();
    const [second, third] = [`second-${email}`, `third-${email}`];
    for (const to of [second, third]) {
      await settings.requestAddressChange(caller, to);
      caller.session = (await settings.confirmAddressChange(caller, test.tokenFor(to))).session;
    }
    const token = await ask(caller, email);
    for (const other of [second, third])
      expect(await test.emails(other)).not.toContain("delete-account");
    await remove(caller, token);
    // Both mailboxes hear of it, and all three addresses are erased.
    expect((await test.emails(email)).at(-1)).toBe("account-deleted");
    expect((await test.emails(third)).at(-1)).toBe("account-deleted");
    await sendAll();
    await erase();
    for (const each of [email, second, third]) expect(await test.emails(each)).toEqual([]);
  });
});

describe("the worker", () => {
  it("erases what is left when the last email is sent", async () => {
    const { email, caller } = await test.person();
    await remove(caller, await ask(caller, email));
    expect(await erase()).toEqual({ erased: 0, unreadable: 0 });
    expect(await test.emails(email)).toContain("account-deleted");
    await sendAll();
    expect(await erase()).toEqual({ erased: 1, unreadable: 0 });
    expect(await test.emails(email)).toEqual([]);
    expect(await test.db.erasure.count()).toBe(0);
  });

  it("then erases the address at SES too, in each spelling; a failure is tried again, for a day at most", async () => {
    const { email, caller } = await test.person();
    const typed = `Owner${email.slice(5)}`;
    await test.db.$executeRaw`UPDATE messages SET to_address = ${typed} WHERE to_key = ${email}`;
    await remove(caller, await ask(caller, email));
    await sendAll();
    const calls: string[] = [];
    const next = (error?: Error) =>
      eraseNextAtSes(test.db, SECRET, async (address) => {
        calls.push(address);
        if (error) throw error;
      });
    expect(await next()).toEqual({ result: "none" });
    expect(await erase(true)).toEqual({ erased: 1, unreadable: 0 });
    // Nobody waits for SES.
    expect(await test.emails(email)).toEqual([]);

    const error = new Error("SES does not answer");
    let minutes = 0;
    for (let tries = 1; tries < 11; tries++) {
      expect(await next(error)).toEqual({ result: "failed", error });
      expect(await next()).toEqual({ result: "none" });
      minutes += await letTryComeDue();
    }
    expect(minutes).toBeLessThan(24 * 60);
    const kept = await test.db.erasure.findFirstOrThrow();
    expect(Buffer.from(kept.addresses).toString()).not.toContain("example");
    expect(await erase(true)).toEqual({ erased: 0, unreadable: 0 });
    calls.length = 0;
    expect(await next()).toEqual({ result: "erased" });
    expect(calls.toSorted()).toEqual([email, typed].toSorted());
    expect(await test.db.erasure.count()).toBe(0);
  });

  it("forgets the address after the last failure, and one that it cannot read", async () => {
    const { email, caller } = await test.person();
    await remove(caller, await ask(caller, email));
    await sendAll();
    await erase(true);
    await test.db.$executeRaw`UPDATE erasures SET ses_tries = 10`;
    const other = keysOf("another secret of 32 characters or more");
    expect(await eraseNextAtSes(test.db, other, async () => {})).toMatchObject({
      result: "given-up",
      error: { code: "UNSEAL_FAILED" },
    });
    expect(await test.db.erasure.count()).toBe(0);
  });

  it("spares a person who has signed up with the address again", async () => {
    const { email, caller } = await test.person();
    await remove(caller, await ask(caller, email));
    await sendAll();
    await test.db.$executeRaw`SELECT pg_sleep(0.002)`;
    await test.signUpAndVerify(browser(), email);
    await erase();
    expect(await accountOf(email)).not.toBeNull();
    expect((await test.emails(email))[0]).toBe("verify-email");
    expect(await test.emails(email)).not.toContain("account-deleted");
  });

  it("erases all others if one account cannot be erased", async () => {
    const id = crypto.randomUUID();
    const addresses = createSealer(SECRET).seal(id, ["not an address"]);
    await test.db.$executeRaw`
      INSERT INTO erasures (id, addresses, message_ids, requested_at)
      VALUES (${id}::uuid, ${addresses}, '{}', now() - interval '1 day')`;
    const { email, caller } = await test.person();
    await remove(caller, await ask(caller, email));
    await sendAll();
    await expect(erase()).rejects.toMatchObject({ code: "INVALID_ADDRESS" });
    expect(await test.emails(email)).toEqual([]);
    await test.db.$executeRaw`DELETE FROM erasures`;
  });

  it("says when it cannot read whose account it was", async () => {
    const { email, caller } = await test.person();
    await remove(caller, await ask(caller, email));
    await sendAll();
    expect(await erase(false, keysOf("another secret of 32 characters or more"))).toEqual({
      erased: 0,
      unreadable: 1,
    });
    expect(await erase()).toEqual({ erased: 1, unreadable: 0 });
  });
});
