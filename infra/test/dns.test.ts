// What happens to a zone: which records, and what becomes of those that are there.
import { describe, expect, inject, test } from "vitest";
import { CASES } from "./cases.ts";
import type { Run } from "./engine.ts";
import { before, ofType } from "./find.ts";
import { recordsOf } from "./records.ts";

const runs = inject("runs");

describe("an SPF record that is there", () => {
  const apexOf = ({ resources }: Run) =>
    resources.find(({ name }) => name === "product-dev-apex")?.inputs;

  test("keeps every other TXT value at Route 53, as it was", () => {
    expect(apexOf(runs["route53-apex-spf"]!.up)?.records).toEqual([
      "google-site-verification=rXOxyZounnZasA8Z7oaD3c14JdjS9aKSWvsR1EbUSIQ",
      String.raw`a \"quoted\" word`,
      `${"k=rsa; p=".padEnd(255, "A")}""${"B".repeat(80)}`,
      "v=spf1 mx include:amazonses.com -all",
    ]);
  });
});

const madeRecords = (run: Run) => [...ofType(run, "Record"), ...ofType(run, "DnsRecord")];

describe.each(Object.keys(CASES))("the records of %s", (name) => {
  const { up } = runs[name]!;

  test("are never proxied: SES and receivers must see them as they are", () => {
    for (const { type, inputs } of madeRecords(up)) {
      if (type.startsWith("cloudflare:")) expect(inputs.proxied).toBe(false);
    }
  });

  test("overwrite nothing, but DKIM's at Route 53, whose names are SES's tokens, and the set that was read", () => {
    for (const { type, name: record, inputs } of madeRecords(up)) {
      if (!type.startsWith("aws:route53")) continue;
      expect(inputs.allowOverwrite, record).toBe(/-dkim-\d$|-apex$/.test(record));
    }
  });

  test("are there before SES uses the MAIL FROM domain", () => {
    const records = madeRecords(up).filter((one) => one.name.includes("-mail-from-"));
    for (const mailFrom of ofType(up, "EmailIdentityMailFromAttributes")) {
      const earlier = [...before(up, mailFrom)].join();
      expect(records.filter((record) => !earlier.includes(`::${record.name}`))).toEqual([]);
    }
  });
});

/** `TXT _dmarc.example.com` of each record that a case has. */
const recordNames = (name: string) =>
  recordsOf(runs[name]!.up).map((record) => `${record.type} ${record.name}`);

test("records that are there already, and those of another stack's identity, are not made", () => {
  expect(recordNames("identity-existing")).toEqual(["TXT _dmarc.example.com"]);
  expect(recordNames("dmarc-and-sets-existing")).not.toContain("TXT _dmarc.example.com");
  expect(madeRecords(runs["identity-import-with-records"]!.up)).toEqual([]);
});

test("DMARC's reports go to an address by mailto: (RFC 7489, 6.2)", () => {
  const [dmarc] = recordsOf(runs["subdomain-strict"]!.up).filter(({ name }) =>
    name.startsWith("_dmarc."),
  );
  expect(dmarc?.data).toContain("; rua=mailto:dmarc@example.com");
});
