import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mergeSpf, SpfError } from "../src/dns/spf.ts";
import { CORPUS } from "./spf-corpus.ts";
import { hasEvaluator, startEvaluator } from "./spf-evaluator.ts";

const SES = "include:amazonses.com";
const isSpf = (value: string) => /^v=spf1( |$)/i.test(value);

describe("the record", () => {
  it.each(CORPUS.filter(({ becomes }) => becomes !== undefined))(
    "has SES in it: $name",
    (shape) => {
      const { txt, becomes } = shape;
      const merged = mergeSpf(txt, SES);
      expect(merged.filter(isSpf)).toEqual([becomes]);
      expect(merged.filter((value) => !isSpf(value))).toEqual(txt.filter((value) => !isSpf(value)));
      expect(mergeSpf(merged, SES)).toEqual(merged);
    },
  );

  it.each(CORPUS.filter(({ refused }) => refused !== undefined))("is refused: $name", (shape) => {
    const { txt, refused } = shape;
    const act = () => mergeSpf(txt, SES);
    expect(act).toThrow(SpfError);
    expect(act).toThrow(refused);
    // One line, fit for a terminal.
    expect(act).toThrow(/^[ -~]+$/);
  });

  it("differs for another service", () => {
    expect(mergeSpf(["v=spf1 mx -all"], "include:_spf.example.org")).toEqual([
      "v=spf1 mx include:_spf.example.org -all",
    ]);
  });
});

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const name = fc.tuple(label, label).map(([first, second]) => `${first}.${second}.net`);
// Not below 8: a range of half of all addresses would contain SES's too.
const length = (longest: number, slash = "/") =>
  fc
    .option(fc.integer({ min: 8, max: longest }), { nil: undefined })
    .map((bits) => (bits === undefined ? "" : slash + bits));
const octet = fc.integer({ min: 0, max: 255 });
const mechanism = fc
  .tuple(
    fc.constantFrom("", "+", "-", "~", "?"),
    fc.oneof(
      fc
        .tuple(fc.constantFrom("a", "mx", "A", "MX"), length(32), length(128, "//"))
        .map((parts) => parts.join("")),
      fc.tuple(fc.constantFrom("a:", "mx:"), name, length(32)).map((parts) => parts.join("")),
      fc
        .tuple(fc.constantFrom("include:", "exists:", "ptr:", "Include:"), name)
        .map((parts) => parts.join("")),
      fc.tuple(octet, length(32)).map(([last, bits]) => `ip4:192.0.2.${last}${bits}`),
      fc
        .tuple(octet, length(128))
        .map(([last, bits]) => `ip6:2001:db8::${last.toString(16)}${bits}`),
      fc.constantFrom(
        "ptr",
        "include:%{ir}._spf.example.net",
        "exists:%{ir}.%{v}.%{d2}",
        SES,
        "INCLUDE:amazonSES.com.",
      ),
    ),
  )
  .map((parts) => parts.join(""));
const term = fc.oneof(
  { weight: 8, arbitrary: mechanism },
  {
    weight: 1,
    arbitrary: fc.constantFrom("-all", "~all", "?all", "+ALL", "exp=a.example.net", "x=y"),
  },
);
const record = fc
  .tuple(
    fc.constantFrom("v=spf1", "V=SPF1"),
    fc.array(term, { maxLength: 14 }),
    fc.constantFrom(" ", "  "),
  )
  // Twice the same modifier is an error to some, though RFC 7208, 6 says it of two known ones only.
  .map(([version, terms, space]) =>
    [version, ...terms.filter((word, at) => word !== "x=y" || terms.indexOf(word) === at)].join(
      space,
    ),
  );
const other = fc.oneof(
  fc.string({ unit: "binary", maxLength: 600 }),
  fc.constantFrom("google-site-verification=token", "MS=ms1", "", "v=DMARC1; p=none"),
);
// A record in half of them, now and then two, or one that somebody has damaged.
const txtSet = fc
  .tuple(
    fc.array(other, { maxLength: 5 }),
    fc.oneof(
      { weight: 6, arbitrary: record.map((text) => [text]) },
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(record, { minLength: 2, maxLength: 3 }) },
      {
        weight: 1,
        arbitrary: fc.tuple(record, fc.string()).map(([text, noise]) => [`${text} ${noise}`]),
      },
    ),
  )
  .chain(([others, records]) =>
    fc.shuffledSubarray([...others, ...records], { minLength: others.length + records.length }),
  );

/** Undefined if it is refused. No property is about that. */
function merge(values: string[]): string[] | undefined {
  try {
    return mergeSpf(values, SES);
  } catch (error) {
    if (error instanceof SpfError) return undefined;
    throw error;
  }
}

// Almost a mechanism: one character is wrong.
const noise = fc
  .tuple(mechanism, fc.stringMatching(/^[!-~]$/), fc.nat(20))
  .map(([text, char, at]) => text.slice(0, at) + char + text.slice(at + 1));

const RUNS = { numRuns: 2000 };

describe("of any TXT set", () => {
  it("every other value stays, in its place, and one SPF record is there", () => {
    fc.assert(
      fc.property(txtSet, (values) => {
        const merged = merge(values);
        if (!merged) return;
        expect(merged.filter(isSpf)).toHaveLength(1);
        const blank = (all: string[]) => all.map((value) => (isSpf(value) ? "SPF" : value));
        expect(blank(merged).slice(0, values.length)).toEqual(blank(values));
        expect(merged.length - values.length).toBe(values.some(isSpf) ? 0 : 1);
      }),
      RUNS,
    );
  });

  it("merging twice is merging once", () => {
    fc.assert(
      fc.property(txtSet, (values) => {
        const merged = merge(values);
        if (merged) expect(mergeSpf(merged, SES)).toEqual(merged);
      }),
      RUNS,
    );
  });

  it("what it is given stays as it was", () => {
    fc.assert(
      fc.property(txtSet, (values) => {
        const before = [...values];
        merge(Object.freeze(values) as string[]);
        expect(values).toEqual(before);
      }),
    );
  });
});

const SES_IP = "199.255.192.10";
// Of the domain's own hosts, of an included sender, of nobody, and by IPv6.
const OTHER_IPS = ["198.51.100.7", "203.0.113.5", "192.0.2.77", "233.252.0.9", "2001:db8::7"];

if (!hasEvaluator) {
  process.stderr.write("SPF is not held against python3-spf: apt-get install python3-spf\n");
}
describe.skipIf(!hasEvaluator && !process.env["CI"])("to python3-spf", () => {
  let evaluator: ReturnType<typeof startEvaluator>;
  beforeAll(() => {
    evaluator = startEvaluator();
  });
  afterAll(() => evaluator.stop());

  const resultOf = async (values: string[], ip: string) => {
    const strings = values.map((value) => value.match(/[^]{1,255}/g) ?? [""]);
    return (await evaluator.evaluate(strings, ip)).result;
  };

  it.each(CORPUS)("$name", async ({ txt, becomes, understood }) => {
    if (becomes === undefined) {
      // Receivers do not understand it, or would not with SES added. The others are refused because
      // people mean something else by them.
      const blind = txt.map((value) => value.replace(/(?= [-~]all)/, ` ${SES}`));
      const result = await resultOf(blind, "233.252.0.9");
      if (!understood) expect(["permerror", "none"]).toContain(result);
      return;
    }
    const merged = mergeSpf(txt, SES);
    expect(await resultOf(merged, SES_IP)).toBe("pass");
    await expectSameForOthers(txt, merged);
  });

  it("every merged record is valid, passes SES, and says of others what it said before", async () => {
    await fc.assert(
      fc.asyncProperty(txtSet, async (values) => {
        const merged = merge(values);
        if (!merged) return;
        expect(await resultOf(merged, SES_IP)).toBe("pass");
        await expectSameForOthers(values, merged);
      }),
      { numRuns: 300 },
    );
  });

  it("a record with SES in it is an error exactly if we refuse it", async () => {
    const terms = fc.array(fc.oneof(mechanism, noise), { minLength: 1, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(terms, async (words) => {
        const value = ["v=spf1", ...words].join(" ");
        fc.pre(!/include:amazonses|redirect=/i.test(value));
        const result = await resultOf([`${value} ${SES} -all`], "233.252.0.9");
        const refused = merge([value]) === undefined;
        if (result === "permerror") expect(refused).toBe(true);
        // It takes more for a macro than RFC 7208, 7.1 allows.
        else if (!value.includes("%")) expect(refused).toBe(false);
      }),
      { numRuns: 1500 },
    );
  });

  async function expectSameForOthers(before: string[], after: string[]): Promise<void> {
    for (const ip of OTHER_IPS) {
      const result = await resultOf(after, ip);
      expect(result).not.toBe("permerror");
      if (before.some(isSpf)) expect(result).toBe(await resultOf(before, ip));
      else expect(result).toBe("softfail");
    }
  }
});
