import { type Finding, failed, ok, warning } from "./finding.ts";
import type { Identity } from "./identity.ts";
import type { Dns } from "./resolver.ts";

const isDmarc = (text: string) => /^v=DMARC1\s*(?:;|$)/i.test(text);

/** The DMARC record of a sender's domain, and whether its email is aligned with it (RFC 7489). */
export async function checkDmarc(
  dns: Dns,
  sender: { domain: string; identity: Identity | undefined; mailFrom: string | undefined },
): Promise<Finding[]> {
  const { domain } = sender;
  // The record of the domain, or that of the organisation above it.
  const labels = domain.split(".");
  for (let i = 0; i < labels.length - 1; i++) {
    const owner = labels.slice(i).join(".");
    const name = `_dmarc.${owner}`;
    const { own, world } = await dns.both(owner, name, "TXT");
    const records = own.filter(isDmarc);
    if (records.length > 1) {
      const found = `${name} has ${records.length} DMARC records, so none counts`;
      return [failed("DNS: DMARC", found, `Leave only one TXT record at ${name}`)];
    }
    const [record] = records;
    if (record === undefined) continue;
    if (!world.some(isDmarc)) {
      const found = `the domain's name servers have ${name}, and the resolver does not have it yet: it is spreading`;
      return [warning("DNS: DMARC", found, "Wait some minutes, then: pnpm email:doctor")];
    }
    return await judge(dns, { ...sender, owner, record });
  }
  return [
    warning(
      "DNS: DMARC",
      `${domain} has no DMARC record: large receivers demand one`,
      `Create: _dmarc.${domain} TXT "v=DMARC1; p=none"`,
    ),
  ];
}

async function judge(
  dns: Dns,
  found: {
    domain: string;
    identity: Identity | undefined;
    mailFrom: string | undefined;
    owner: string;
    record: string;
  },
): Promise<Finding[]> {
  const { domain, identity, mailFrom, owner, record } = found;
  const name = `_dmarc.${owner}`;
  const tags = new Map(
    record.split(";").map((tag) => {
      const [key = "", value = ""] = tag.split("=", 2);
      return [key.trim().toLowerCase(), value.trim().toLowerCase()] as const;
    }),
  );
  const policy = (owner !== domain && tags.get("sp")) || tags.get("p") || "";
  if (!["none", "quarantine", "reject"].includes(policy)) {
    const next = `Correct it: ${name} TXT "v=DMARC1; p=none"`;
    return [failed("DNS: DMARC", `${name} has no valid policy (p=)`, next)];
  }
  // Relaxed needs the same organisation. SES has checked that: the identity is the domain or above
  // it, and MAIL FROM is below the identity.
  const isAligned = (authenticated: string, mode: string | undefined) =>
    mode !== "s" || authenticated === domain;
  const byDkim =
    identity && !identity.name.includes("@") && isAligned(identity.name, tags.get("adkim"));
  const bySpf = mailFrom !== undefined && isAligned(mailFrom, tags.get("aspf"));
  if (identity && !byDkim && !bySpf) {
    return [
      failed(
        "DNS: DMARC",
        `email from ${domain} is not aligned with ${name}: neither DKIM (${identity.name}) nor SPF (${mailFrom ?? "amazonses.com"}) counts`,
        `Verify ${domain} itself as a domain at SES, or remove adkim=s and aspf=s from ${name}`,
      ),
    ];
  }
  const unauthorised = await findUnauthorised(dns, owner, tags.get("rua") ?? "");
  if (unauthorised) {
    return [
      warning(
        "DNS: DMARC",
        `${unauthorised} has not agreed to get the reports about ${owner}, so nobody sends them`,
        `Create: ${owner}._report._dmarc.${unauthorised} TXT "v=DMARC1"`,
      ),
    ];
  }
  const by = [byDkim && "DKIM", bySpf && "SPF"].filter(Boolean).join(" and ");
  return [ok("DNS: DMARC", `p=${policy}${by && `, aligned by ${by}`}`)];
}

/** Whether one is the other, or below it. */
function isSameOrganisation(one: string, another: string): boolean {
  return one === another || one.endsWith(`.${another}`) || another.endsWith(`.${one}`);
}

/** A domain that reports are sent to without its consent (RFC 7489, 7.1). */
async function findUnauthorised(dns: Dns, owner: string, rua: string): Promise<string | undefined> {
  for (const [, host = ""] of rua.matchAll(/mailto:[^@,]+@([^,!\s]+)/g)) {
    if (isSameOrganisation(host, owner)) continue;
    const consent = await dns.world(`${owner}._report._dmarc.${host}`, "TXT");
    if (!consent.some(isDmarc)) return host;
  }
  return undefined;
}
