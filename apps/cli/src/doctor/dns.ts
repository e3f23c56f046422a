import { count } from "../count.ts";
import { checkDmarc } from "./dmarc.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";
import type { Identity } from "./identity.ts";
import type { Dns, RecordType, Seen } from "./resolver.ts";
import { MOST_LOOKUPS, countSpfLookups, findMalformed, includesSes, isSpf } from "./spf.ts";

/** The records that a sender needs, as the world sees them. */
export async function checkDns(
  dns: Dns,
  { domain, identity, region }: { domain: string; identity: Identity | undefined; region: string },
): Promise<Finding[]> {
  const own = identity && !identity.name.includes("@") ? identity : undefined;
  const mailFrom = own?.MailFromAttributes?.MailFromDomain;
  const findings = await Promise.all([
    own ? answered("DNS: DKIM", () => checkDkim(dns, own)) : [],
    mailFrom ? answered("DNS: MX", () => checkMx(dns, mailFrom, region)) : [],
    mailFrom ? answered("DNS: SPF", () => checkSpf(dns, mailFrom)) : [],
    answered("DNS: DMARC", () => checkDmarc(dns, { domain, identity, mailFrom })),
  ]);
  return findings.flat();
}

async function answered(check: string, run: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await run();
  } catch (error) {
    const { code = "Error", hostname = "the domain" } = error as {
      code?: string;
      hostname?: string;
    };
    if (code === "ESERVFAIL" || code === "EREFUSED") {
      const found = `the resolver has no answer for ${hostname} (${code}): the delegation or DNSSEC is broken`;
      return [failed(check, found, `dig +trace ${hostname}`)];
    }
    const found = `DNS does not answer (${code})`;
    return [
      failed(check, found, "Allow this machine to ask its resolver, then: pnpm email:doctor"),
    ];
  }
}

async function checkDkim(dns: Dns, identity: Identity): Promise<Finding[]> {
  const { name, DkimAttributes } = identity;
  const { Tokens = [], SigningAttributesOrigin, SigningHostedZone } = DkimAttributes ?? {};
  // Then the tokens are the selectors of one's own keys, which SES checks.
  if (SigningAttributesOrigin === "EXTERNAL") return [];
  const findings = await Promise.all(
    Tokens.map(async (token) => {
      const record = `${token}._domainkey.${name}`;
      const target = `${token}.${SigningHostedZone ?? "dkim.amazonses.com"}`;
      const seen = await dns.both(name, record, "CNAME");
      const problem = (values: string[]) =>
        values.includes(target.toLowerCase())
          ? undefined
          : values.length === 0
            ? `there is no CNAME ${record}`
            : `${record} points to ${values.join(", ")}`;
      const next = `Create: ${record} CNAME ${target}`;
      return judge("DNS: DKIM", { record, type: "CNAME", seen, problem, next });
    }),
  );
  const wrong = findings.filter((finding) => finding !== undefined);
  return wrong.length > 0
    ? wrong
    : [ok("DNS: DKIM", `${count(Tokens.length, "CNAME")} of ${name}`)];
}

async function checkMx(dns: Dns, mailFrom: string, region: string): Promise<Finding[]> {
  const target = `feedback-smtp.${region}.amazonses.com`;
  const problem = (values: string[]) => {
    if (values.length === 0) return `${mailFrom} has no MX`;
    if (!values.includes(target)) return `the MX of ${mailFrom} is ${values.join(", ")}`;
    // https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
    return values.length > 1
      ? `${mailFrom} has ${values.length} MX, and SES wants exactly one`
      : undefined;
  };
  const seen = await dns.both(mailFrom, mailFrom, "MX");
  const verb = seen.own.length > 0 ? "Leave only" : "Create";
  const next = `${verb}: ${mailFrom} MX 10 ${target}`;
  const wrong = judge("DNS: MX", { record: mailFrom, type: "MX", seen, problem, next });
  return [wrong ?? ok("DNS: MX", `${mailFrom} → ${target}`)];
}

async function checkSpf(dns: Dns, mailFrom: string): Promise<Finding[]> {
  const problem = (values: string[]) => {
    const records = values.filter(isSpf);
    if (records.length === 0) return `${mailFrom} has no SPF record`;
    if (records.length > 1) return `${mailFrom} has ${records.length} SPF records, so none counts`;
    const [record = ""] = records;
    const malformed = findMalformed(record);
    if (malformed)
      return `${malformed} in the SPF record of ${mailFrom} is not SPF, so the record fails`;
    return includesSes(record) ? undefined : `the SPF record of ${mailFrom} does not include SES`;
  };
  const seen = await dns.both(mailFrom, mailFrom, "TXT");
  const verb = seen.own.some(isSpf) ? "Leave only" : "Create";
  const next = `${verb}: ${mailFrom} TXT "v=spf1 include:amazonses.com ~all"`;
  const wrong = judge("DNS: SPF", { record: mailFrom, type: "TXT", seen, problem, next });
  if (wrong) return [wrong];
  const lookups = await countSpfLookups(dns, seen.world.find(isSpf) ?? "");
  if (lookups > MOST_LOOKUPS) {
    const found = `the SPF record of ${mailFrom} causes more than ${MOST_LOOKUPS} look-ups, so it fails`;
    return [failed("DNS: SPF", found, next)];
  }
  return [
    ok("DNS: SPF", `${mailFrom} includes SES (${count(lookups, "look-up")} of ${MOST_LOOKUPS})`),
  ];
}

/** Distinguishes a record that is wrong or absent from one that has not spread yet. */
function judge(
  check: string,
  what: {
    record: string;
    type: RecordType;
    seen: Seen;
    problem: (values: string[]) => string | undefined;
    next: string;
  },
): Finding | undefined {
  const { record, type, seen, problem, next } = what;
  const atHome = problem(seen.own);
  if (atHome !== undefined) return failed(check, atHome, next);
  if (problem(seen.world) === undefined) return undefined;
  return warning(
    check,
    `the domain's name servers have the ${type} of ${record}, and the resolver does not have it yet: it is spreading`,
    "Wait some minutes, then: pnpm email:doctor",
  );
}
