import * as pulumi from "@pulumi/pulumi";
import { type DnsRecord, toTable, toZone } from "../zone.ts";
import { withSes } from "./apex.ts";
import type { PlannedRecord } from "./records.ts";
import { txtOf } from "./resolve.ts";

/**
 * The records in words, to be entered by hand.
 *
 * @returns a table to read, and the same as a BIND zone to import
 */
export function describeRecords(planned: PlannedRecord[]): {
  table: pulumi.Output<string>;
  zone: pulumi.Output<string>;
} {
  const records: pulumi.Output<DnsRecord[]> = pulumi.all(
    planned.map(({ key: _key, protect: _protect, ...record }) => pulumi.output(record)),
  );
  return { table: records.apply(toTable), zone: records.apply(toZone) };
}

/** The domain's own SPF record, as DNS has it now, with SES in it. */
export async function manualApexSpf(domain: string): Promise<PlannedRecord> {
  const values = await withSes(domain, await txtOf(domain));
  const value = values.find((text) => /^v=spf1( |$)/i.test(text)) ?? "";
  return { key: "apex", name: domain, type: "TXT", value, ttl: 300 };
}
