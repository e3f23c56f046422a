// A receiver of email, by the `mailauth` package: it judges a message that is signed as SES signs
// with the DNS records that the program makes.
import { generateKeyPairSync } from "node:crypto";
import { authenticate, dkimSign } from "mailauth";
import type { Answer } from "./records.ts";

/** An address that SES sends from, and one that it does not. */
export const SES_IP = "54.240.8.1";
export const STRANGER_IP = "203.0.113.9";

// Where SES has its keys (AWS General Reference, SES endpoints, "DKIM domains"): most regions
// share one domain, these have one of their own.
const OWN_DKIM_DOMAIN = words(`
  af-south-1 ap-northeast-3 ap-south-2 ap-southeast-3 ap-southeast-5 ca-west-1 eu-central-2
  eu-south-1 il-central-1 me-central-1 us-gov-east-1`);

/** Regions of SES that share its DKIM domain. */
const SHARED_DKIM_DOMAIN = words(`
  ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1
  eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 me-south-1 sa-east-1 us-east-1 us-east-2
  us-gov-west-1 us-west-1 us-west-2`);

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

export const SES_REGIONS = [...OWN_DKIM_DOMAIN, ...SHARED_DKIM_DOMAIN];

export function dkimDomainOf(region: string): string {
  return OWN_DKIM_DOMAIN.includes(region) ? `dkim.${region}.amazonses.com` : "dkim.amazonses.com";
}

const TOKENS = ["token0", "token1", "token2"];
const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** SES's own part of DNS. */
function sesZone(region: string): Answer[] {
  const key = `v=DKIM1; k=rsa; p=${publicKey.replaceAll(/-----.+-----|\s/g, "")}`;
  return [
    { name: "amazonses.com", type: "TXT", data: "v=spf1 ip4:54.240.0.0/18 -all" },
    { name: "shared._domainkey.amazonses.com", type: "TXT", data: key },
    ...TOKENS.map((token) => ({
      name: `${token}.${dkimDomainOf(region)}`,
      type: "TXT",
      data: key,
    })),
  ];
}

export interface Verdict {
  spf: { result: string; domain: string };
  /** Signatures that hold: `example.com token0`. */
  dkim: string[];
  dmarc: { result: string; policy: string; spfAligned: boolean; dkimAligned: boolean };
}

/** What a receiver makes of one message with these records in DNS. */
export async function judge(
  records: Answer[],
  message: { from: string; mailFrom: string; region: string; ip?: string; signed?: boolean },
): Promise<Verdict> {
  const domain = message.from.split("@")[1] ?? "";
  const plain = [
    `From: ${message.from}`,
    "To: you@example.net",
    "Subject: Your order",
    "Date: Sun, 29 Nov 2026 12:00:00 +0000",
    `Message-ID: <0107018f-000000@${message.region}.amazonses.com>`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=UTF-8",
    "",
    "It is on its way.",
    "",
  ].join("\r\n");
  const signatures = message.signed === false ? "" : await sign(plain, domain);
  const zone = [...records, ...sesZone(message.region)];
  const result = await authenticate(signatures + plain, {
    ip: message.ip ?? SES_IP,
    helo: "a8-1.smtp-out.amazonses.com",
    sender: `0107018f-000000@${message.mailFrom}`,
    mta: "mx.example.net",
    trustReceived: false,
    disableArc: true,
    disableBimi: true,
    resolver: (name, type) => resolve(zone, name, type),
  });
  const { spf, dkim, dmarc } = result;
  return {
    spf: { result: spf ? spf.status.result : "none", domain: (spf && spf.domain) || "" },
    dkim: dkim.results
      .filter(({ status }) => status.result === "pass")
      .map(({ signingDomain, selector }) => `${signingDomain} ${selector}`),
    dmarc: {
      result: dmarc ? dmarc.status.result : "none",
      policy: (dmarc && dmarc.policy) || "",
      spfAligned: Boolean(dmarc && dmarc.alignment.spf.result),
      dkimAligned: Boolean(dmarc && dmarc.alignment.dkim.result),
    },
  };
}

/** SES signs for the domain, here with each of its three keys, and for itself. */
async function sign(message: string, domain: string): Promise<string> {
  const keys = [
    ...TOKENS.map((selector) => ({ signingDomain: domain, selector })),
    { signingDomain: "amazonses.com", selector: "shared" },
  ];
  const signatureData = keys.map((key) => ({ ...key, privateKey, algorithm: "rsa-sha256" }));
  const { signatures } = await dkimSign(message, {
    canonicalization: "relaxed/simple",
    // With `signatureData` it is not read, but its type demands it.
    ...signatureData[0]!,
    signatureData,
  });
  return signatures;
}

/** As a resolver does: follows CNAMEs, and says so where there is nothing. */
function resolve(zone: Answer[], name: string, type: string): Promise<string[][] | string[]> {
  const key = name.toLowerCase().replace(/\.$/, "");
  const [alias] = zone.filter((one) => one.name === key && one.type === "CNAME");
  if (alias && type !== "CNAME") return resolve(zone, alias.data, type);
  const found = zone.filter((one) => one.name === key && one.type === type);
  if (found.length > 0) {
    return Promise.resolve(found.map(({ data }) => (type === "TXT" ? [data] : data)) as string[][]);
  }
  return Promise.reject(Object.assign(new Error(`no ${type} of ${name}`), { code: "ENOTFOUND" }));
}
