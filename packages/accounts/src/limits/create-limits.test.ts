import { useTestDb } from "@repo/db/testing";
import { keysOf } from "@repo/email/keys";
import { beforeEach, describe, expect, it } from "vitest";
import { SECRET } from "../test-accounts.ts";
import { createLimits } from "./create-limits.ts";
import { LIMITS } from "./limits.ts";

const test = await useTestDb();
const limits = createLimits({ db: test.db, secret: SECRET });
beforeEach(async () => {
  await test.db.limit.deleteMany();
});

const IP = "2001:db8::1";
const ADDRESS = "name@example.com";

// Takes the limits as a sign-up does. The quota of 40 allows five emails at once.
const signUp = ({ ip = IP, address = ADDRESS, quota = 40 } = {}) =>
  limits.take(
    limits.client(ip),
    limits.mailbox("signUpMail", address),
    limits.signUpMailOfADay(quota),
  );

/** How often it is granted until it is refused. */
async function count(attempt: () => Promise<boolean>): Promise<number> {
  for (let granted = 0; ; granted++) if (!(await attempt())) return granted;
}

/** What is left. It counts by taking it. */
const left = {
  mailbox: (address = ADDRESS) =>
    count(async () =>
      (await limits.take(limits.mailbox("signUpMail", address))).granted("signUpMail"),
    ),
  day: (quota = 40) =>
    count(async () =>
      (await limits.take(limits.signUpMailOfADay(quota))).granted("signUpMailOfADay"),
    ),
};

describe("an email", () => {
  it("goes to one mailbox three times, in any spelling; then the answer is the same without an email", async () => {
    for (const address of ["n.ame@gmail.com", "name+1@gmail.com", "name@googlemail.com"]) {
      const taken = await signUp({ address });
      expect(taken.refusal).toBeUndefined();
      expect(taken.granted("signUpMail")).toBe(true);
    }
    const taken = await signUp({ address: "name@gmail.com" });
    expect(taken.refusal).toBeUndefined();
    expect(taken.granted("signUpMail")).toBe(false);
    // Sign-ups do not use up the email for a forgotten password.
    const recovery = await limits.take(limits.address("recoveryMail", "name@gmail.com"));
    expect(recovery.granted("recoveryMail")).toBe(true);
  });

  it("does not count for the day if its mailbox has reached its limit", async () => {
    for (let i = 0; i < 8; i++) await signUp();
    expect(await left.day()).toBe(5 - 3);
  });

  it("beyond the day's limit ends the request, and does not count for its mailbox", async () => {
    await left.day();
    for (let i = 0; i < 4; i++) {
      const taken = await signUp();
      expect(taken.refusal).toMatchObject({ status: 503, limits: ["signUpMailOfADay"] });
      // A quota of 40 gives a share of 20: five at once, fifteen more in 24 hours.
      expect(taken.refusal?.retryAfter).toBeLessThanOrEqual((24 * 60 * 60) / 15);
      expect(taken.refusal?.retryAfter).toBeGreaterThan((24 * 60 * 60) / 15 - 900);
      expect(taken.granted("signUpMail")).toBe(false);
    }
    expect(await left.mailbox()).toBe(3);
  });
});

describe("a client with too many posts", () => {
  beforeEach(async () => {
    await test.db.$executeRaw`
      INSERT INTO limits (name, key, full_at)
      SELECT name, key, now() + make_interval(mins => ${LIMITS.client.minutes}::int)
      FROM unnest(${limits.client(IP).map(({ name }) => name)}::text[],
        ${limits.client(IP).map(({ keyHash }) => Buffer.from(keyHash))}::bytea[]) AS u (name, key)
      WHERE name = 'client'`;
  });

  it("is refused, and uses up nobody else's limits", async () => {
    for (let i = 0; i < 4; i++) {
      const taken = await signUp();
      const { refusal } = taken;
      expect(refusal).toMatchObject({ status: 429, limits: ["client"] });
      expect(refusal?.retryAfter).toBeGreaterThanOrEqual(1);
      const onePoint = (LIMITS.client.minutes * 60) / LIMITS.client.amount;
      expect(refusal?.retryAfter).toBeLessThanOrEqual(Math.ceil(onePoint));
      expect(taken.granted("signUpMail")).toBe(false);
    }
    expect(await left.day()).toBe(5);
    expect(await left.mailbox()).toBe(3);
  });

  it("gets its own refusal, even if the day's limit is used up too", async () => {
    await left.day();
    const { refusal } = await signUp();
    expect(refusal).toMatchObject({ status: 429, limits: ["client", "signUpMailOfADay"] });
    expect(refusal?.retryAfter).toBeGreaterThan(900);
  });

  it("does not limit its neighbours", async () => {
    expect((await signUp({ ip: "2001:db8:0:1::1" })).refusal).toBeUndefined();
    expect((await signUp({ ip: "192.0.2.1" })).refusal).toBeUndefined();
  });
});

it("counts the posts of a network, and refuses them like those of a client", async () => {
  const [, network] = limits.client(IP);
  await test.db.limit.create({
    data: {
      name: "clientNetwork",
      key: Buffer.from(network!.keyHash),
      fullAt: new Date(Date.now() + 15 * 60_000),
    },
  });
  const { refusal } = await signUp({ ip: "2001:db8:0:9::1" });
  expect(refusal).toMatchObject({ status: 429, limits: ["clientNetwork"] });
});

describe("passwords", () => {
  const logIn = () => limits.take(limits.address("wrongPassword", ADDRESS));

  it("may be wrong ten times, and right any number of times", async () => {
    for (let i = 0; i < 12; i++) await (await logIn()).giveBack("wrongPassword");
    expect(await count(async () => !(await logIn()).refusal)).toBe(LIMITS.wrongPassword.amount);
    expect((await logIn()).refusal).toMatchObject({ status: 429, limits: ["wrongPassword"] });
  });

  it("give back a use only once, and only if it was granted", async () => {
    const [first, second] = [await logIn(), await logIn()];
    await first.giveBack("wrongPassword");
    await first.giveBack("wrongPassword");
    await count(async () => !(await logIn()).refusal);
    const refused = await logIn();
    await refused.giveBack("wrongPassword");
    expect((await logIn()).refusal).toBeDefined();
    await second.giveBack("wrongPassword");
    expect((await logIn()).refusal).toBeUndefined();
  });

  it("come back if they could not be compared", async () => {
    const failing = () => Promise.reject(new Error("nobody compared it"));
    for (let i = 0; i < 12; i++) {
      const answer = (await logIn()).orGiveBack(failing, "wrongPassword");
      await expect(answer).rejects.toThrow("nobody compared it");
    }
    const compared = (await logIn()).orGiveBack(() => Promise.resolve("wrong"), "wrongPassword");
    expect(await compared).toBe("wrong");
    const others = LIMITS.wrongPassword.amount - 1;
    expect(await count(async () => !(await logIn()).refusal)).toBe(others);
  });
});

describe("the scale", () => {
  it.each([
    [2, 6],
    [0.001, 1],
  ])("of %d allows %d emails to a mailbox", async (scale, amount) => {
    const scaled = createLimits({ db: test.db, secret: SECRET, scale });
    const granted = await count(async () =>
      (await scaled.take(scaled.mailbox("signUpMail", ADDRESS))).granted("signUpMail"),
    );
    expect(granted).toBe(amount);
  });

  it("of a million fits into PostgreSQL's integers", async () => {
    const scaled = createLimits({ db: test.db, secret: SECRET, scale: 1_000_000 });
    const taken = await scaled.take(scaled.signUpMailOfADay(2_000_000));
    expect(taken.granted("signUpMailOfADay")).toBe(true);
  });
});

describe("a rotation of the key", () => {
  const NEWEST = "the key that came after it, 32 characters";
  const [{ secret: old }] = SECRET;
  const under = (...secrets: [string, ...string[]]) => {
    const of = createLimits({ db: test.db, secret: keysOf(...secrets) });
    return {
      wrongPassword: async () =>
        (await of.take(of.client(IP), of.address("wrongPassword", ADDRESS))).refusal === undefined,
      email: async () => (await of.take(of.mailbox("signUpMail", ADDRESS))).granted("signUpMail"),
      giveBack: () => of.giveBack(of.mailbox("signUpMail", ADDRESS)),
    };
  };
  /** A process before the rotation, and after each of its steps. */
  const steps = () => ({
    before: under(old),
    added: under(old, NEWEST),
    first: under(NEWEST, old),
    after: under(NEWEST),
  });

  it("gives nobody a full bucket at any of its steps", async () => {
    const { before, added, first, after } = steps();
    // Before the rotation.
    for (let i = 0; i < 4; i++) expect(await before.wrongPassword()).toBe(true);
    // While processes restart, each has one of the lists.
    for (const each of [added, before, added]) expect(await each.wrongPassword()).toBe(true);
    for (const each of [first, added, first]) expect(await each.wrongPassword()).toBe(true);
    for (const each of [before, added, first]) expect(await each.wrongPassword()).toBe(false);
    // The old bucket fills in 15 minutes, long before the old key goes. Then the new one decides.
    await test.db.limit.deleteMany();
    expect(await count(first.wrongPassword)).toBe(10);
    for (const each of [after, first]) expect(await each.wrongPassword()).toBe(false);
  });

  it("takes a point under every key or under none, and gives back under all", async () => {
    const { before, added, after } = steps();
    expect(await count(before.email)).toBe(3);
    expect(await added.email()).toBe(false);
    // The new key's bucket is full: the refused use took nothing from it.
    expect(await count(after.email)).toBe(3);
    await added.giveBack();
    for (const each of [before, after]) expect(await count(each.email)).toBe(1);
  });
});

it("stores no address and no other text in the table", async () => {
  await signUp({ ip: "192.0.2.1" });
  await limits.take(limits.address("wrongPassword", ADDRESS), limits.browser("trustedBrowser", IP));
  const rows = await test.db.limit.findMany();
  expect(rows.map(({ name }) => name).toSorted()).toEqual([
    "client",
    "signUpMail",
    "signUpMailOfADay",
    "trustedBrowser",
    "wrongPassword",
  ]);
  for (const { key } of rows) {
    expect(key).toHaveLength(32);
    expect(Buffer.from(key).toString("latin1")).not.toMatch(/name|example|192|2001/);
  }
});
