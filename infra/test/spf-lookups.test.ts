import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countLookups } from "../src/dns/spf-lookups.ts";
import { hasEvaluator, startEvaluator } from "./spf-evaluator.ts";

function count(record: string, zone: Record<string, string> = {}, limit = 100): Promise<number> {
  return countLookups(record, (name) => Promise.resolve(zone[name] ? [zone[name]] : []), limit);
}

it.each([
  ["addresses alone", "v=spf1 ip4:192.0.2.1 ip6:2001:db8::/32 -all", 0],
  [
    "each of the five that ask",
    "v=spf1 a mx/24 ptr exists:%{i}.example.net include:a.example -all",
    5,
  ],
  ["upper case, signs, networks", "V=SPF1 +A:example.net/24 ?MX ~Ptr:example.net -ALL", 3],
  ["an explanation, which does not count", "v=spf1 exp=a.example.net -all", 0],
  ["a redirect", "v=spf1 mx redirect=_spf.example.net", 2],
  ["a redirect beside all, which is not followed", "v=spf1 mx -all redirect=_spf.example.net", 1],
  ["mechanisms after all, which nobody reads", "v=spf1 -all mx a ptr", 0],
])("counts %s", async (_, record, lookups) => {
  expect(await count(record)).toBe(lookups);
});

it("counts those of the records that it includes, and of theirs", async () => {
  const zone = {
    "a.example.net": "v=spf1 include:b.example.net mx ~all",
    "b.example.net": "v=spf1 a redirect=c.example.net",
    "c.example.net": "v=spf1 ptr ip4:192.0.2.1 -all",
  };
  expect(await count("v=spf1 include:a.example.net include:c.example.net -all", zone)).toBe(8);
});

it("comes to an end where records include each other", async () => {
  const zone = {
    "a.example.net": "v=spf1 include:b.example.net -all",
    "b.example.net": "v=spf1 include:a.example.net -all",
  };
  expect(await count("v=spf1 include:a.example.net -all", zone, 10)).toBe(10);
});

describe.skipIf(!hasEvaluator && !process.env["CI"])("to python3-spf", () => {
  let evaluator: ReturnType<typeof startEvaluator>;
  beforeAll(() => {
    evaluator = startEvaluator();
  });
  afterAll(() => evaluator.stop());

  it("a record is an error exactly if more than ten are counted", async () => {
    const name = fc.constantFrom(..."abcdef").map((letter) => `${letter}.example.net`);
    const term = fc.oneof(
      fc.constantFrom(
        "a",
        "mx",
        "a:x.example.net",
        "ptr",
        "exists:%{i}.example.net",
        "ip4:192.0.2.1",
      ),
      name.map((each) => `include:${each}`),
    );
    const record = fc
      .tuple(
        fc.array(term, { maxLength: 5 }),
        fc.oneof(
          name.map((each) => `redirect=${each}`),
          fc.constant("?all"),
        ),
      )
      .map(([terms, end]) => ["v=spf1", ...terms, end].join(" "));
    const zones = fc.record(
      Object.fromEntries([..."abcdef"].map((each) => [`${each}.example.net`, record])),
    );
    let errors = 0;
    await fc.assert(
      fc.asyncProperty(record, zones, async (top, zone) => {
        const { result } = await evaluator.evaluate([[top]], "233.252.0.9", zone);
        if (result === "permerror") errors += 1;
        expect((await count(top, zone, 11)) > 10).toBe(result === "permerror");
      }),
      { numRuns: 500 },
    );
    // Both happen.
    expect(errors).toBeGreaterThan(50);
    expect(errors).toBeLessThan(450);
  });
});
