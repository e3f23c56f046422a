import { hash } from "@node-rs/argon2";
import { describe, expect, it } from "vitest";
import { createHasher } from "./hasher.ts";
import { PASSWORD_LENGTH } from "./rules.ts";

const PASSWORD = "correct horse battery staple";
const place = { client: "somebody" };

describe("verify", () => {
  it("accepts the hashed password and refuses any other", async () => {
    const hasher = createHasher();
    const hashed = await hasher.hash(PASSWORD, place);
    expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(hashed, PASSWORD, place)).toEqual({
      matches: true,
      outdated: false,
    });
    expect(await hasher.verify(hashed, `${PASSWORD} `, place)).toEqual({
      matches: false,
      outdated: false,
    });
  });

  it("compares the longest passwords to their last character: nothing is cut off", async () => {
    const hasher = createHasher();
    const longest = "🐎".repeat(PASSWORD_LENGTH.max - 1);
    const hashed = await hasher.hash(`${longest}a`, place);
    expect(await hasher.verify(hashed, `${longest}a`, place)).toMatchObject({ matches: true });
    expect(await hasher.verify(hashed, `${longest}b`, place)).toMatchObject({ matches: false });
  });

  it("accepts a password in any encoding of its characters", async () => {
    const hasher = createHasher();
    const hashed = await hasher.hash("caf\u00e9 \u4e2d file", place);
    expect(await hasher.verify(hashed, "cafe\u0301 \u4e2d \ufb01le", place)).toMatchObject({
      matches: true,
    });
  });

  it("matches no password of an unknown user, and still does the work of a hash", async () => {
    const hasher = createHasher();
    const verdict = hasher.verify(undefined, PASSWORD, place);
    expect(hasher.load()).toEqual({ running: 1, waiting: 0 });
    expect(await verdict).toEqual({ matches: false, outdated: false });
  });

  it.each([
    { name: "less memory", options: { memoryCost: 8 * 1024, timeCost: 2 }, outdated: true },
    { name: "fewer passes", options: { memoryCost: 19 * 1024, timeCost: 1 }, outdated: true },
    { name: "more of both", options: { memoryCost: 20 * 1024, timeCost: 3 }, outdated: false },
    { name: "argon2i", options: { algorithm: 1, memoryCost: 19 * 1024 }, outdated: true },
  ])("says whether a hash is outdated: $name, $outdated", async ({ options, outdated }) => {
    const hashed = await hash(PASSWORD, options);
    const verdict = await createHasher().verify(hashed, PASSWORD, place);
    expect(verdict).toEqual({ matches: true, outdated });
  });

  it("fails for an invalid hash, and frees its place", async () => {
    const hasher = createHasher();
    await expect(hasher.verify("not a hash", PASSWORD, place)).rejects.toThrow("Decoding failed");
    expect(hasher.load()).toEqual({ running: 0, waiting: 0 });
  });
});

it("hashes at most two at a time by default", async () => {
  const hasher = createHasher();
  const seen: number[] = [];
  const all = ["a", "b", "c", "d", "e"].map(async (client) => {
    await hasher.hash(PASSWORD, { client });
    seen.push(hasher.load().running);
  });
  expect(hasher.load()).toEqual({ running: 2, waiting: 3 });
  await Promise.all(all);
  expect(Math.max(...seen)).toBeLessThanOrEqual(2);
  expect(hasher.load()).toEqual({ running: 0, waiting: 0 });
});

it("refuses beyond its bounds, but never refuses the privileged because of others", async () => {
  const hasher = createHasher({ atOnce: 1, waiting: 2, perClient: 2 });
  const ask = (client: string, first = false) => hasher.hash(PASSWORD, { client, first });
  const taken = [ask("a"), ask("a")];
  await expect(ask("a")).rejects.toMatchObject({ code: "BUSY" });
  taken.push(ask("b"));
  await expect(ask("c")).rejects.toMatchObject({ code: "BUSY" });
  taken.push(ask("a", true));
  expect(await Promise.all(taken)).toHaveLength(4);
});

it("does not hash for a request that leaves the queue", async () => {
  const hasher = createHasher({ atOnce: 1 });
  const running = hasher.hash(PASSWORD, place);
  const controller = new AbortController();
  const gone = hasher.hash(PASSWORD, { client: "gone", signal: controller.signal });
  controller.abort(new Error("gone"));
  expect(hasher.load()).toEqual({ running: 1, waiting: 0 });
  await expect(gone).rejects.toThrow("gone");
  await running;
  expect(hasher.load()).toEqual({ running: 0, waiting: 0 });
});
