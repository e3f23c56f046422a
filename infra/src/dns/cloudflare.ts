import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import { getDnsRecords } from "@pulumi/cloudflare/getDnsRecords.js";
import * as pulumi from "@pulumi/pulumi";
import { InfraError } from "../error.ts";
import { withSes } from "./apex.ts";
import type { PlannedRecord } from "./records.ts";
import { quoteTxt, unquoteTxt } from "./txt.ts";

interface CloudflareRecordsArgs {
  /** Example: `"023e105f4ecef8ad9ca31a8372d0c353"`. */
  zoneId: string;
  records: PlannedRecord[];
}

/** The records, in a zone of Cloudflare. */
export class CloudflareRecords extends pulumi.ComponentResource {
  constructor(name: string, args: CloudflareRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("email:dns:CloudflareRecords", name, {}, opts);

    for (const { key, name: recordName, type, value, priority, ttl, protect } of args.records) {
      new DnsRecord(
        `${name}-${key}`,
        {
          zoneId: args.zoneId,
          name: recordName,
          type,
          ttl,
          content: pulumi.output(value).apply((text) => (type === "TXT" ? quoteTxt(text) : text)),
          ...(priority === undefined ? {} : { priority }),
          proxied: false,
          comment: commentOf(name),
        },
        { parent: this, protect: protect ?? false },
      );
    }
    this.registerOutputs();
  }
}

/** What tells our records from others'. */
function commentOf(name: string): string {
  return `Pulumi: ${name}`;
}

/** Records of this name and type that the component called `name` did not make. */
async function others(name: string, zoneId: string, record: { name: string; type: string }) {
  const { results } = await getDnsRecords({
    zoneId,
    type: record.type,
    name: { exact: record.name },
  });
  return results.filter(({ comment }) => comment !== commentOf(name));
}

/**
 * Stops where a name has an MX, SPF or DMARC record already: Cloudflare takes a second one without
 * a word, and receivers then heed neither.
 */
export async function refuseOthers(
  name: string,
  zoneId: string,
  records: PlannedRecord[],
): Promise<void> {
  for (const { key, name: recordName, type } of records) {
    // A DKIM record's name is a token of SES: nobody else has one.
    if (type === "CNAME" || typeof recordName !== "string") continue;
    const [other] = await others(name, zoneId, { name: recordName, type });
    if (!other) continue;
    throw new InfraError(
      `${recordName} has another ${type} record at Cloudflare (${other.content}): ` +
        (key === "dmarc"
          ? "keep it with pulumi config set existing dmarc, or delete it"
          : "keep it with pulumi config set existing mailFrom, delete it, or choose another " +
            "subdomain with pulumi config set mailFrom"),
    );
  }
}

/** The domain's own SPF record, where none but that is there: anybody else's is left to them. */
export async function cloudflareApexSpf(
  name: string,
  zoneId: string,
  domain: string,
): Promise<PlannedRecord> {
  const found = await others(name, zoneId, { name: domain, type: "TXT" });
  const values = found.map(({ content }) => unquoteTxt(content));
  const merged = await withSes(domain, values);
  const added = merged.find((value) => !values.includes(value));
  if (added === undefined) {
    throw new InfraError(`the SPF record of ${domain} names SES already: pulumi config rm apexSpf`);
  }
  // Pulumi cannot change a record that it did not make, and a second one breaks both.
  if (values.some((value) => !merged.includes(value))) {
    throw new InfraError(
      `${domain} has an SPF record that this stack did not make; at Cloudflare, change it to ` +
        `"${added}", and then: pulumi config rm apexSpf`,
    );
  }
  return { key: "apex", name: domain, type: "TXT", value: added, ttl: 300 };
}
