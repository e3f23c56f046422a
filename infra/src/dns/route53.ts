import { getRecords } from "@pulumi/aws/route53/getRecords.js";
import { Record } from "@pulumi/aws/route53/record.js";
import * as pulumi from "@pulumi/pulumi";
import { InfraError } from "../error.ts";
import { SES_SPF, withSes } from "./apex.ts";
import type { PlannedRecord } from "./records.ts";
import { quoteTxt, unquoteTxt } from "./txt.ts";

interface Route53RecordsArgs {
  /** Example: `"Z0123456789ABCDEFGHIJ"`. */
  zoneId: string;
  records: PlannedRecord[];
  /** The TXT set of the domain itself, of `route53ApexSpf`. Default: it is left alone. */
  apex?: { domain: string; values: string[]; ttl: number } | undefined;
}

/** The records, in a hosted zone of Route 53. */
export class Route53Records extends pulumi.ComponentResource {
  constructor(name: string, args: Route53RecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("email:dns:Route53Records", name, {}, opts);

    const { zoneId, apex } = args;
    for (const record of args.records) {
      new Record(
        `${name}-${record.key}`,
        {
          zoneId,
          name: record.name,
          type: record.type,
          ttl: record.ttl,
          records: [pulumi.output(record.value).apply((value) => toRoute53(record, value))],
          // A DKIM record's name is a token of SES, so what is there can only be the same. Any
          // other record that is there stops the update: its owner has to decide.
          allowOverwrite: record.type === "CNAME",
        },
        { parent: this, protect: record.protect ?? false },
      );
    }
    if (apex) {
      new Record(
        `${name}-apex`,
        {
          zoneId,
          name: apex.domain,
          type: "TXT",
          ttl: apex.ttl,
          records: apex.values,
          // All values of a name are one record set here, and it holds what was read of it.
          allowOverwrite: true,
        },
        // Destroying the stack must not take away what others put there.
        { parent: this, retainOnDelete: true },
      );
    }
    this.registerOutputs();
  }
}

/**
 * What the domain itself has in TXT now, each value as it is, with SES in its SPF record.
 *
 * @throws InfraError where it cannot be changed
 */
export async function route53ApexSpf(zoneId: string, domain: string) {
  const { resourceRecordSets } = await getRecords({
    zoneId,
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
  const values = merged.map((value, index) =>
    // What is not ours is handed back as it was written, to the last escape.
    toProvider(value === before[index] ? (found[index] ?? "") : quoteTxt(value)),
  );
  return { domain, values, ttl: sets[0]?.ttl ?? 300 };
}

function toRoute53({ type, priority }: PlannedRecord, value: string): string {
  if (type === "TXT") return toProvider(quoteTxt(value));
  return type === "MX" ? `${priority} ${value}` : value;
}

/** The provider itself adds the first and the last quote, and takes `""` between two strings. */
function toProvider(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/"\s+"/g, '""');
}
