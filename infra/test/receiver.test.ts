// Whether email that SES sends passes SPF, DKIM and DMARC with the records of the program.
import { describe, expect, inject, test } from "vitest";
import { REGION } from "./aws.ts";
import { CASES } from "./cases.ts";
import { type Answer, fromZone, recordsOf } from "./records.ts";
import { SES_REGIONS, STRANGER_IP, dkimDomainOf, judge } from "./receiver.ts";
import { dkimHostOf } from "../src/dns/regions.ts";

const runs = inject("runs");
const settingsOf = (name: string) => {
  const { config, region = REGION } = CASES[name]!;
  const domain = config.domain ?? "example.com";
  return { domain, region, mailFrom: `${config.mailFrom ?? "bounce"}.${domain}` };
};
/** Those whose zone gets every record from the program. */
const WHOLE = Object.keys(CASES).filter((name) => {
  const { identity, existing = "" } = CASES[name]!.config;
  return identity !== "existing" && !/dkim|mailFrom|dmarc/.test(existing);
});
const withoutType = (records: Answer[], type: string, name = "") =>
  records.filter((one) => one.type !== type || !one.name.includes(name));

describe.each(WHOLE)("email with the records of %s", (name) => {
  const { domain, region, mailFrom } = settingsOf(name);
  const records = recordsOf(runs[name]!.up);
  const message = { from: `hello@${domain}`, mailFrom, region };

  test("passes SPF, all three keys of DKIM, and DMARC", async () => {
    const strict = CASES[name]!.config.spfAlignment === "strict";
    expect(await judge(records, message)).toEqual({
      spf: { result: "pass", domain: mailFrom },
      dkim: [`${domain} token0`, `${domain} token1`, `${domain} token2`, "amazonses.com shared"],
      dmarc: {
        result: "pass",
        policy: CASES[name]!.config.dmarcPolicy ?? "none",
        spfAligned: !strict,
        dkimAligned: true,
      },
    });
  });

  test("fails DMARC where a stranger sends it, under the policy that is set", async () => {
    const stranger = { ...message, ip: STRANGER_IP, signed: false };
    const { spf, dkim, dmarc } = await judge(records, stranger);
    expect(spf.result).not.toBe("pass");
    expect(dkim).toEqual([]);
    expect(dmarc).toMatchObject({
      result: "fail",
      policy: CASES[name]!.config.dmarcPolicy ?? "none",
    });
  });

  test("has its bounces sent to SES: one MX of priority 10, in the region of the stack", () => {
    expect(records.filter(({ type }) => type === "MX")).toEqual([
      { name: mailFrom, type: "MX", data: `10 feedback-smtp.${region}.amazonses.com` },
    ]);
  });

  test("has DMARC's version first and its policy second (RFC 7489, 6.4)", () => {
    const found = records.filter((one) => one.name === `_dmarc.${domain}`);
    expect(found).toHaveLength(1);
    expect(found[0]?.data).toMatch(
      /^v=DMARC1; p=(none|quarantine|reject)(; (sp|adkim|aspf|rua)=[^; ]+)*$/,
    );
  });

  test("has the same records in the zone file as at the provider", () => {
    const others = records.filter((one) => one.name !== domain || one.data.startsWith("v=spf1"));
    expect(sorted(fromZone(String(runs[name]!.up.outputs.dnsZone)))).toEqual(sorted(others));
  });
});

test("every DNS provider gets the same records", () => {
  const manual = sorted(recordsOf(runs["manual-sqs-user"]!.up));
  expect(manual).toHaveLength(6);
  for (const name of ["route53", "cloudflare", "digitalocean"]) {
    expect(sorted(recordsOf(runs[name]!.up)), name).toEqual(manual);
  }
});

describe("the receiver notices", () => {
  const records = recordsOf(runs["manual-sqs-user"]!.up);
  const message = { from: "hello@example.com", mailFrom: "bounce.example.com", region: REGION };

  test("DKIM records that are missing: SPF alone carries DMARC", async () => {
    const { dkim, dmarc } = await judge(withoutType(records, "CNAME"), message);
    expect(dkim).toEqual(["amazonses.com shared"]);
    expect(dmarc).toMatchObject({ result: "pass", spfAligned: true, dkimAligned: false });
  });

  test("an SPF record that is missing: DKIM alone carries DMARC", async () => {
    const { spf, dmarc } = await judge(withoutType(records, "TXT", "bounce"), message);
    expect(spf.result).toBe("none");
    expect(dmarc).toMatchObject({ result: "pass", spfAligned: false, dkimAligned: true });
  });

  test("both missing: DMARC fails", async () => {
    const neither = withoutType(withoutType(records, "TXT", "bounce"), "CNAME");
    expect((await judge(neither, message)).dmarc.result).toBe("fail");
  });

  test("DKIM records of another region's domain", async () => {
    const { dkim } = await judge(records, { ...message, region: "eu-central-2" });
    expect(dkim).toEqual(["amazonses.com shared"]);
  });
});

test.each(SES_REGIONS)("DKIM's target in %s is the domain that AWS names", (region) => {
  expect(dkimHostOf(region)).toBe(dkimDomainOf(region));
});

function sorted(records: Answer[]): string[] {
  return records.map(({ name, type, data }) => `${name} ${type} ${data}`).sort();
}
