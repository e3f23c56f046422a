import { createTestDb } from "@repo/db/testing";
import { type Enqueue, type NewMessage, createEnqueue } from "@repo/email/enqueue";
import { type EmailTemplates, templates as emails } from "@repo/templates/registry";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { PASSWORD as password, linkIn, signUpFields, tokenOf } from "../test-app.ts";
import { createAccounts } from "./accounts.ts";
import { redeemToken, spendTokens } from "./tokens.ts";

const secret = "the tests' own secret, 32 characters or more";
const email = "sam@example.com";
const sam = signUpFields({ email });

let testDb: Awaited<ReturnType<typeof createTestDb>>;
let db: typeof testDb.db;
let sent: NewMessage<EmailTemplates>[] = [];
let accounts: ReturnType<typeof createAccounts>;
let withoutEmail: ReturnType<typeof createAccounts>;

beforeAll(async () => {
  testDb = await createTestDb();
  db = testDb.db;
  const realEnqueue = createEnqueue({
    key: "the tests' own key, 32 characters or more",
    templates: emails,
  });
  const enqueue: Enqueue<EmailTemplates> = (tx, message) => {
    sent.push(message);
    return realEnqueue(tx, message);
  };
  const config = { db, enqueue, secret, appUrl: "http://localhost:3000" };
  accounts = createAccounts(config);
  withoutEmail = createAccounts({
    ...config,
    enqueue: () => Promise.reject(new Error("no email today")),
  });
});
afterAll(() => testDb.drop());
beforeEach(async () => {
  sent = [];
  // With whatever refers to them, also where a DELETE would be refused.
  await db.$executeRaw`TRUNCATE users, messages CASCADE`;
});

/** The token in the newest email. */
function emailedToken(): string {
  return tokenOf(linkIn(sent.at(-1)));
}

async function signUpAndVerify() {
  await accounts.signUp(sam);
  return accounts.verifyEmail(emailedToken());
}

async function resetToken(): Promise<string> {
  await accounts.requestPasswordReset(email);
  return emailedToken();
}

const templates = async () =>
  (await db.message.findMany({ orderBy: { id: "asc" } })).map(({ template }) => template);

describe("sign-up", () => {
  it("commits the user and the email together", async () => {
    await accounts.signUp(sam);
    const [user] = await db.user.findMany({ include: { tokens: true } });
    const [message] = await db.message.findMany();
    expect(user).toMatchObject({ name: "Sam", email, emailKey: email, emailVerifiedAt: null });
    expect(user?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(message).toMatchObject({ template: "verify-email", to: email, state: "queued" });
    expect(message?.expiresAt).toEqual(user?.tokens[0]?.expiresAt);
  });

  it("leaves no user when the email cannot be queued", async () => {
    await expect(withoutEmail.signUp(sam)).rejects.toThrow("no email today");
    expect(await db.user.count()).toBe(0);
    expect(await db.token.count()).toBe(0);
    expect(await db.message.count()).toBe(0);
  });

  it("makes one account of many sign-ups at once", async () => {
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => accounts.signUp(sam)));
    expect(results.map(({ status }) => status)).toEqual(Array(5).fill("fulfilled"));
    expect(await db.user.count()).toBe(1);
    expect((await templates()).filter((template) => template === "verify-email")).toHaveLength(1);
  });

  it("changes nothing of an account that exists, however its address is written", async () => {
    await signUpAndVerify();
    const before = { users: await db.user.findMany(), emails: await templates() };
    await accounts.signUp(
      signUpFields({ name: "Eve", email: "SAM@Example.COM", password: "another password" }),
    );
    expect(await db.user.findMany()).toEqual(before.users);
    expect(await templates()).toEqual([...before.emails, "password-reset"]);
    expect(sent.at(-1)?.to).toBe(email);
  });

  it("keeps no password and no token that a reader of the database could use", async () => {
    const { session } = await signUpAndVerify();
    const token = await resetToken();
    const rows = await db.$queryRaw`
      SELECT users::text FROM users UNION ALL SELECT tokens::text FROM tokens
      UNION ALL SELECT sessions::text FROM sessions UNION ALL SELECT messages::text FROM messages`;
    const all = JSON.stringify(rows);
    for (const readable of [password, session, token]) {
      expect(all).not.toContain(readable);
      expect(all).not.toContain(Buffer.from(readable).toString("hex"));
    }
  });
});

describe("verification", () => {
  it("marks the address and logs in", async () => {
    const { session, user } = await signUpAndVerify();
    const row = await db.user.findFirstOrThrow();
    expect(row.emailVerifiedAt).toBeInstanceOf(Date);
    expect(user).toMatchObject({ id: row.id, name: "Sam", email });
    expect(await accounts.current(session)).toEqual(user);
  });

  it("leaves the link usable when the log-in cannot be stored, and queues nothing", async () => {
    await accounts.signUp(sam);
    const token = emailedToken();
    await db.$executeRaw`ALTER TABLE sessions ADD CONSTRAINT culprit CHECK (false)`;
    await expect(accounts.verifyEmail(token)).rejects.toThrow("culprit");
    expect(await db.user.findFirst()).toMatchObject({ emailVerifiedAt: null });
    expect(await templates()).toEqual(["verify-email"]);
    await db.$executeRaw`ALTER TABLE sessions DROP CONSTRAINT culprit`;
    await accounts.verifyEmail(token);
  });
});

describe("log-in", () => {
  it("refuses an unverified account, and queues a new link for the right password only", async () => {
    await accounts.signUp(sam);
    const wrong = accounts.logIn({ email, password: "wrong password" });
    await expect(wrong).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
    expect(await templates()).toEqual(["verify-email"]);
    const right = accounts.logIn({ email, password });
    await expect(right).rejects.toMatchObject({ code: "EMAIL_NOT_VERIFIED" });
    expect(await templates()).toEqual(["verify-email", "verify-email"]);
    await accounts.verifyEmail(emailedToken());
  });

  it("takes the address in any case, and the password however its accents are encoded", async () => {
    const composed = "caf\u00e9 au lait";
    await accounts.signUp({ ...sam, password: composed });
    await accounts.verifyEmail(emailedToken());
    await accounts.logIn({ email: "Sam@EXAMPLE.com", password: composed.normalize("NFD") });
  });

  it("ends at log-out, and after its time", async () => {
    const { session: ended } = await signUpAndVerify();
    const { session: expired } = await accounts.logIn({ email, password });
    await accounts.logOut(ended);
    expect(await accounts.current(ended)).toBeUndefined();
    expect(await accounts.current(expired)).toBeDefined();
    await db.$executeRaw`UPDATE sessions SET expires_at = now() - interval '1 second'`;
    expect(await accounts.current(expired)).toBeUndefined();
  });
});

describe("password reset", () => {
  it("queues nothing for an unknown address", async () => {
    await accounts.requestPasswordReset("nobody@example.com");
    expect(await db.message.count()).toBe(0);
  });

  it("sets the password, ends every session and link, and queues the notice", async () => {
    const { session } = await signUpAndVerify();
    const older = await resetToken();
    await accounts.resetPassword({ token: await resetToken(), password: "a new password" });
    expect(await accounts.current(session)).toBeUndefined();
    await expect(
      accounts.resetPassword({ token: older, password: "yet another" }),
    ).rejects.toMatchObject({ code: "TOKEN_USED" });
    await expect(accounts.logIn({ email, password })).rejects.toMatchObject({
      code: "INVALID_CREDENTIALS",
    });
    await accounts.logIn({ email, password: "a new password" });
    expect((await templates()).at(-1)).toBe("password-changed");
  });

  it("changes nothing when the notice cannot be queued", async () => {
    const { session } = await signUpAndVerify();
    const token = await resetToken();
    const failed = withoutEmail.resetPassword({ token, password: "a new password" });
    await expect(failed).rejects.toThrow("no email today");
    expect(await accounts.current(session)).toBeDefined();
    await accounts.logIn({ email, password });
    await accounts.resetPassword({ token, password: "a new password" });
  });

  it("verifies the address as well, and makes the link of the sign-up worthless", async () => {
    await accounts.signUp(sam);
    const fromSignUp = emailedToken();
    await accounts.resetPassword({ token: await resetToken(), password: "a new password" });
    await accounts.logIn({ email, password: "a new password" });
    await expect(accounts.verifyEmail(fromSignUp)).rejects.toMatchObject({ code: "TOKEN_USED" });
  });

  it("outlives no log-in that began with the old password", async () => {
    await signUpAndVerify();
    let logIn = Promise.resolve<unknown>(undefined);
    await db.$transaction(async (tx) => {
      // A reset that has done everything but commit.
      await tx.$executeRaw`UPDATE users SET password_hash = 'another'`;
      await tx.session.deleteMany();
      logIn = outcome(accounts.logIn({ email, password }));
      await blockedOr(logIn);
    });
    expect(await logIn).toMatchObject({ code: "INVALID_CREDENTIALS" });
    expect(await db.session.count()).toBe(0);
  });
});

describe.each([
  {
    name: "the link of a sign-up",
    issue: async () => {
      await accounts.signUp(sam);
      return emailedToken();
    },
    redeem: (token: string) => accounts.verifyEmail(token),
    times: () => db.session.count(),
  },
  {
    name: "the link to a new password",
    issue: async () => {
      await signUpAndVerify();
      return resetToken();
    },
    redeem: (token: string) => accounts.resetPassword({ token, password: "a new password" }),
    times: () => db.message.count({ where: { template: "password-changed" } }),
  },
])("$name", ({ issue, redeem, times }) => {
  it("shouldn't allow the token to be used twice", async () => {
    const token = await issue();
    await redeem(token);
    await expect(redeem(token)).rejects.toMatchObject({ code: "TOKEN_USED" });
  });

  it("refuses a concurrent redemption", async () => {
    const token = await issue();
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => redeem(token)));
    const refused = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason] : [],
    );
    expect(refused).toHaveLength(5);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(["TOKEN_USED"]));
    expect(await times()).toBe(1);
  });

  it("refuses an expired token", async () => {
    const token = await issue();
    await db.$executeRaw`UPDATE tokens SET expires_at = now() - interval '1 second'`;
    await expect(redeem(token)).rejects.toMatchObject({ code: "TOKEN_EXPIRED" });
  });

  it("refuses an unknown token, and one that was made for something else", async () => {
    await issue();
    await expect(redeem("x".repeat(43))).rejects.toMatchObject({ code: "TOKEN_UNKNOWN" });
    const { session } = (await db.user.findFirst({ where: { emailVerifiedAt: { not: null } } }))
      ? await accounts.logIn({ email, password })
      : { session: await resetToken() };
    await expect(redeem(session)).rejects.toMatchObject({ code: "TOKEN_UNKNOWN" });
  });
});

it("redeems two links of one person at once without a deadlock: one wins", async () => {
  await signUpAndVerify();
  const [first, second] = [await resetToken(), await resetToken()];
  let other = Promise.resolve<unknown>(undefined);
  await db.$transaction(async (tx) => {
    const id = await redeemToken(tx, secret, "reset_password", first);
    other = outcome(accounts.resetPassword({ token: second, password: "a new password" }));
    await blockedOr(other);
    await spendTokens(tx, id, ["reset_password"]);
  });
  expect(await other).toMatchObject({ code: "TOKEN_USED" });
});

/** The error of a promise that is not awaited yet, or its value. */
function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

/** Waits until another connection to this database waits for a lock, or the promise is settled. */
async function blockedOr(promise: Promise<unknown>): Promise<void> {
  let settled = false;
  void promise.then(() => (settled = true));
  await vi.waitUntil(
    async () => {
      const [row] = await db.$queryRaw<{ blocked: boolean }[]>`
        SELECT EXISTS (SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock') AS blocked`;
      return settled || row?.blocked;
    },
    { timeout: 60_000 },
  );
}
