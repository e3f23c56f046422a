import * as pulumi from "@pulumi/pulumi";
import { SES_SPF } from "./apex.ts";
import type { DnsProvider, Zone } from "./provider.ts";
import { type DnsRecord, toTable, toZone } from "./zone.ts";

/** A record for the zone. Names are full, without the dot at the end. */
export interface PlannedRecord {
  /** Part of the resource's name: `dkim-0`. */
  key: string;
  name: pulumi.Input<string>;
  type: "CNAME" | "MX" | "TXT";
  /** Without quotes, of any length. */
  value: pulumi.Input<string>;
  priority?: number;
  /** In seconds. */
  ttl: number;
  /** Whether neither an update nor a destroy may delete it. Default: `false`. */
  protect?: boolean;
  /** Whether it stays in the zone when Pulumi no longer manages it. Default: `false`. */
  retain?: boolean;
  /**
   * All TXT values of the name, in the form of Pulumi's provider. For Route 53, where they are one
   * record set. Default: only `value`.
   */
  set?: string[];
}

/** A record whose name and value are known before anything is made. */
export interface FixedRecord extends PlannedRecord {
  name: string;
  value: string;
}

/** The records of a stack: made in the zone, or printed for a person. */
export class DnsRecords extends pulumi.ComponentResource {
  readonly #provider: DnsProvider;
  readonly #zone: Zone;
  readonly #planned: PlannedRecord[] = [];

  constructor(
    name: string,
    args: { provider: DnsProvider; zone: Zone },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("email:dns:Records", name, {}, opts);
    this.#provider = args.provider;
    this.#zone = args.zone;
    this.registerOutputs();
  }

  /** @returns the resources of the records, to depend on. Empty if a person enters them */
  add(records: PlannedRecord[]): pulumi.Resource[] {
    this.#planned.push(...records);
    const { make } = this.#provider;
    if (!make) return [];
    return records.map((record) =>
      make(this.#zone, record, {
        parent: this,
        protect: record.protect ?? false,
        retainOnDelete: record.retain ?? false,
      }),
    );
  }

  /** All that were added, as a table to read and as a BIND zone to import. */
  describe(): { table: pulumi.Output<string>; zone: pulumi.Output<string> } {
    const records: pulumi.Output<DnsRecord[]> = pulumi.all(
      this.#planned.map(({ name, type, value, priority, ttl }) =>
        pulumi.output({ name, type, value, ttl, ...(priority !== undefined && { priority }) }),
      ),
    );
    return { table: records.apply(toTable), zone: records.apply(toZone) };
  }
}

const TTL = 300;

/**
 * DKIM's CNAMEs: they verify the domain, and point to SES's keys. They are protected like the
 * identity, which may not send without them.
 *
 * @param args.host the domain of SES's keys: `dkim.amazonses.com`
 * @param args.retain whether they were in the zone before the stack, and stay after it
 */
export function dkimRecords(args: {
  domain: string;
  host: string;
  tokens: pulumi.Output<string>[];
  retain: boolean;
}): PlannedRecord[] {
  const { domain, host, tokens, retain } = args;
  return tokens.map((token, index) => ({
    key: `dkim-${index}`,
    name: token.apply((value) => `${value}._domainkey.${domain}`),
    type: "CNAME",
    value: token.apply((value) => `${value}.${host}`),
    ttl: TTL,
    protect: true,
    retain,
  }));
}

/**
 * The records of the MAIL FROM domain: bounces go to SES, and SPF is checked for this name.
 *
 * @param retain whether SES keeps the MAIL FROM domain after the stack, and so needs these
 */
export function mailFromRecords(
  mailFromDomain: string,
  region: string,
  retain: boolean,
): FixedRecord[] {
  return [
    {
      key: "mail-from-mx",
      name: mailFromDomain,
      type: "MX",
      value: `feedback-smtp.${region}.amazonses.com`,
      priority: 10,
      ttl: TTL,
      retain,
    },
    {
      key: "mail-from-spf",
      name: mailFromDomain,
      type: "TXT",
      value: `v=spf1 ${SES_SPF} ~all`,
      ttl: TTL,
      retain,
    },
  ];
}

/** What a domain's DMARC record says. */
export interface Dmarc {
  /** Default: `none`. */
  policy: string | undefined;
  /** The policy of its subdomains. Default: `policy`. */
  subdomains: string | undefined;
  dkimAlignment: "relaxed" | "strict";
  spfAlignment: "relaxed" | "strict";
  reportsTo: string | undefined;
}

/** DMARC (RFC 7489): what receivers do with email that is not ours. `v` and `p` must come first. */
export function dmarcRecord(domain: string, dmarc: Dmarc): FixedRecord {
  const { policy = "none" } = dmarc;
  const tags = [
    "v=DMARC1",
    `p=${policy}`,
    ...(dmarc.subdomains ? [`sp=${dmarc.subdomains}`] : []),
    ...(dmarc.dkimAlignment === "strict" ? ["adkim=s"] : []),
    ...(dmarc.spfAlignment === "strict" ? ["aspf=s"] : []),
    ...(dmarc.reportsTo ? [`rua=mailto:${dmarc.reportsTo}`] : []),
  ];
  return { key: "dmarc", name: `_dmarc.${domain}`, type: "TXT", value: tags.join("; "), ttl: TTL };
}
