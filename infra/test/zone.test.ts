import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DnsRecord, toTable, toZone } from "../src/dns/zone.ts";
import { CORPUS } from "./spf-corpus.ts";

const TOKEN = "abcdefghijklmnopqrstuvwxyz012345";
const RECORDS: DnsRecord[] = [
  {
    name: `${TOKEN}._domainkey.example.com`,
    type: "CNAME",
    value: `${TOKEN}.dkim.amazonses.com`,
    ttl: 300,
  },
  {
    name: "bounce.example.com",
    type: "MX",
    value: "feedback-smtp.eu-central-1.amazonses.com",
    priority: 10,
    ttl: 300,
  },
  { name: "bounce.example.com", type: "TXT", value: "v=spf1 include:amazonses.com ~all", ttl: 300 },
  {
    name: "_dmarc.example.com",
    type: "TXT",
    value: "v=DMARC1; p=none; rua=mailto:dmarc@example.com",
    ttl: 300,
  },
];

describe("the records by hand", () => {
  it("are a table that can be read, the one long column last", () => {
    expect(toTable(RECORDS)).toBe(
      `
TYPE   NAME                                                     TTL  PRIORITY  VALUE
CNAME  abcdefghijklmnopqrstuvwxyz012345._domainkey.example.com  300            abcdefghijklmnopqrstuvwxyz012345.dkim.amazonses.com
MX     bounce.example.com                                       300  10        feedback-smtp.eu-central-1.amazonses.com
TXT    bounce.example.com                                       300            v=spf1 include:amazonses.com ~all
TXT    _dmarc.example.com                                       300            v=DMARC1; p=none; rua=mailto:dmarc@example.com`.trimStart(),
    );
  });

  it("are a zone, names with their dot and text in quotes", () => {
    expect(toZone(RECORDS)).toBe(
      `
abcdefghijklmnopqrstuvwxyz012345._domainkey.example.com. 300 IN CNAME abcdefghijklmnopqrstuvwxyz012345.dkim.amazonses.com.
bounce.example.com. 300 IN MX 10 feedback-smtp.eu-central-1.amazonses.com.
bounce.example.com. 300 IN TXT "v=spf1 include:amazonses.com ~all"
_dmarc.example.com. 300 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"`.trimStart(),
    );
  });
});

const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 900,
});

const hasBind = spawnSync("named-checkzone", ["-v"]).status === 0;
if (!hasBind) {
  process.stderr.write("The zone is not held against BIND: apt-get install bind9-utils\n");
}
describe.skipIf(!hasBind && !process.env["CI"])("to named-checkzone", () => {
  it("the zone is one", () => {
    expect(check(toZone(RECORDS))).toContain("OK");
  });

  it("every TXT value means the same, whatever is in it", () => {
    const merged = CORPUS.flatMap(({ becomes }) => becomes ?? []);
    const values = [...merged, "", "x".repeat(255), "x".repeat(256), ...fc.sample(printable, 100)];
    const records = values.map((value, index): DnsRecord => {
      return { name: `t${index}.example.com`, type: "TXT", value, ttl: 300 };
    });
    // What BIND writes out again, in its own words.
    const read = new Map(
      [
        ...check(toZone(records), "-D").matchAll(/^(t\d+)\.example\.com\.\s.*?\sTXT\s+(".*")$/gm),
      ].map(([, name = "", text = ""]) => [name, join(text)]),
    );
    expect(values.map((_, index) => read.get(`t${index}`))).toEqual(values);
  });

  it("a malformed zone is refused", () => {
    expect(() => check('example.com. 300 IN TXT unfinished"')).toThrow(/unbalanced quotes/);
  });
});

/** What named-checkzone says of the records in an otherwise empty zone of example.com. */
function check(records: string, ...options: string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), "zone-"));
  try {
    const file = path.join(folder, "zone");
    writeFileSync(
      file,
      `@ 300 IN SOA ns.example.net. name.example.net. 1 3600 600 86400 300
@ 300 IN NS ns.example.net.
${records}
`,
    );
    const { status, stdout } = spawnSync("named-checkzone", [...options, "example.com", file], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stdout);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The strings that BIND writes, joined (RFC 1035, 5.1). */
function join(text: string): string {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map(([, string = ""]) => string)
    .join("")
    .replaceAll(/\\(\d{3}|.)/g, (_, escaped: string) =>
      escaped.length === 3 ? String.fromCharCode(Number(escaped)) : escaped,
    );
}
