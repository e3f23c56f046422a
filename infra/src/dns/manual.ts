import { promises as dns } from "node:dns";
import * as pulumi from "@pulumi/pulumi";
import { InfraError } from "../error.ts";
import { type DnsRecord, toTable, toZone } from "../zone.ts";
import { withSes } from "./apex.ts";
import type { PlannedRecord } from "./records.ts";

/**
 * The records in words, for whoever enters them by hand.
 *
 * @returns a table to read, and the same as a BIND zone to import
 */
export function describeRecords(planned: PlannedRecord[]): {
  table: pulumi.Output<string>;
  zone: pulumi.Output<string>;
} {
  const records: pulumi.Output<DnsRecord[]> = pulumi.all(
    planned.map(({ key: _key, ...record }) => pulumi.output(record)),
  );
  return { table: records.apply(toTable), zone: records.apply(toZone) };
}

/** The domain's own SPF record, as DNS has it now, with SES in it. */
export async function manualApexSpf(domain: string): Promise<PlannedRecord> {
  const values = withSes(domain, await txtOf(domain));
  const value = values.find((text) => /^v=spf1( |$)/i.test(text)) ?? "";
  return { key: "apex", name: domain, type: "TXT", value, ttl: 300 };
}

async function txtOf(domain: string): Promise<string[]> {
  try {
    return (await dns.resolveTxt(domain)).map((strings) => strings.join(""));
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (code === dns.NODATA || code === dns.NOTFOUND) return [];
    // Taking silence for "no record" would print one that replaces what is there.
    throw new InfraError(
      `DNS does not say what TXT records ${domain} has (${code}): try again, or pulumi config rm apexSpf`,
    );
  }
}
