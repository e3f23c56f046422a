import { getRecords } from "@pulumi/aws/route53/getRecords.js";
import { Record } from "@pulumi/aws/route53/record.js";
import * as pulumi from "@pulumi/pulumi";
import { InfraError } from "../error.ts";
import { SES_SPF, withSes } from "./apex.ts";
import type { DnsProvider } from "./provider.ts";
import type { PlannedRecord } from "./records.ts";
import { quoteTxt, unquoteTxt } from "./txt.ts";

/** Route 53. It refuses a second record of a name and type by itself. */
export const route53: DnsProvider = {
  zoneId: { pattern: /^[A-Z0-9]+$/, what: "the id of a hosted zone, like Z0123456789ABCDEFGHIJ" },

  // All TXT values of a name are one record set. The values of others are kept.
  async apex({ id, domain }) {
    const { resourceRecordSets } = await getRecords({
      zoneId: id,
      nameRegex: `^${domain.replaceAll(".", "\\.")}\\.?$`,
    });
    const sets = resourceRecordSets.filter(
      ({ type, name }) => type === "TXT" && name.replace(/\.$/, "") === domain,
    );
    if (sets.some(({ setIdentifier }) => setIdentifier)) {
      throw new InfraError(
        `the TXT records of ${domain} have a routing policy: add ${SES_SPF} to each of them by hand, ` +
          "and then: pulumi config rm apexSpf",
      );
    }
    const found = sets.flatMap((set) => set.resourceRecords.map(({ value }) => value));
    const before = found.map(unquoteTxt);
    const merged = await withSes(domain, before);
    return {
      key: "apex",
      name: domain,
      type: "TXT",
      value: merged.find((value) => /^v=spf1( |$)/i.test(value)) ?? "",
      set: merged.map((value, index) =>
        // The values of others are written exactly as they were read, with their escapes.
        toProvider(value === before[index] ? (found[index] ?? "") : quoteTxt(value)),
      ),
      ttl: sets[0]?.ttl ?? 300,
      // Destroying the stack must not take away the values of others.
      retain: true,
    };
  },

  make: (zone, record, opts) =>
    new Record(
      `${zone.name}-${record.key}`,
      {
        zoneId: zone.id,
        name: record.name,
        type: record.type,
        ttl: record.ttl,
        records: record.set ?? [
          pulumi.output(record.value).apply((value) => toRoute53(record, value)),
        ],
        // A DKIM record's name is a token of SES, so a record of that name can only be the same
        // one. The set of the domain itself contains the values that were read. Any other record
        // that is there stops the update: its owner has to decide.
        allowOverwrite: record.type === "CNAME" || record.set !== undefined,
      },
      opts,
    ),
};

function toRoute53({ type, priority }: PlannedRecord, value: string): string {
  if (type === "TXT") return toProvider(quoteTxt(value));
  return type === "MX" ? `${priority} ${value}` : value;
}

/** The provider itself adds the first and the last quote, and takes `""` between two strings. */
function toProvider(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/"\s+"/g, '""');
}
