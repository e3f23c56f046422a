import { hash } from "@node-rs/argon2";
import { full } from "@repo/testing/full";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { AccountError } from "../errors.ts";
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

it("keeps the order, and lets the privileged go first", async () => {
  const hasher = createHasher({ atOnce: 1 });
  const done: string[] = [];
  const ask = async (client: string, first: boolean) => {
    await hasher.verify(undefined, PASSWORD, { client, first });
    done.push(client);
  };
  await Promise.all([
    ask("running", false),
    ask("other 1", false),
    ask("other 2", false),
    ask("first 1", true),
    ask("first 2", true),
  ]);
  expect(done).toEqual(["running", "first 1", "first 2", "other 1", "other 2"]);
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

const VISIT = fc.record({
  client: fc.constantFrom("one", "two"),
  first: fc.boolean(),
  known: fc.boolean(),
  /** Aborts after this many other visits have their answers. */
  abortAfter: fc.option(fc.nat({ max: 4 }), { nil: undefined }),
});

it("has all its places again after random load", async () => {
  const hashed = await createHasher().hash(PASSWORD, place);
  await fc.assert(
    fc.asyncProperty(fc.array(VISIT, { minLength: 4, maxLength: 10 }), async (visits) => {
      const hasher = createHasher({ atOnce: 2, waiting: 2, perClient: 3 });
      let answered = 0;
      const controllers = visits.map(() => new AbortController());
      const abortDue = () => {
        for (const [i, { abortAfter = Infinity }] of visits.entries()) {
          if (abortAfter <= answered) controllers[i]!.abort(new Error("gone"));
        }
      };
      const answers = visits.map(async ({ client, first, known }, i) => {
        const { signal } = controllers[i]!;
        const asked = hasher.verify(known ? hashed : undefined, PASSWORD, {
          client,
          first,
          signal,
        });
        const answer = await asked.then(
          ({ matches }) => matches === known,
          (error) => error instanceof AccountError || error === signal.reason,
        );
        answered++;
        abortDue();
        return answer;
      });
      abortDue();
      expect(await Promise.all(answers)).toEqual(visits.map(() => true));
      // Aborted ones may still run in their threads.
      await vi.waitFor(() => expect(hasher.load()).toEqual({ running: 0, waiting: 0 }), 600_000);
      const again = ["one", "one", "one"].map((client) => hasher.hash(PASSWORD, { client }));
      expect(await Promise.all(again)).toHaveLength(3);
    }),
    { numRuns: full ? 50 : 3 },
  );
});
