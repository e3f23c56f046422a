import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import { getDnsRecords } from "@pulumi/cloudflare/getDnsRecords.js";
import * as pulumi from "@pulumi/pulumi";
import { isInTheWay, ownSpf, refuseRecord } from "./conflicts.ts";
import type { DnsProvider, Zone } from "./provider.ts";
import { quoteTxt, unquoteTxt } from "./txt.ts";

/** Cloudflare. A comment on each record distinguishes the stack's records from others. */
export const cloudflare: DnsProvider = {
  zoneId: {
    pattern: /^[a-z0-9]+$/,
    what: "the id of a zone, like 023e105f4ecef8ad9ca31a8372d0c353",
  },

  async refuse(zone, records) {
    for (const record of records) {
      const found = await others(zone, record.name);
      const other = found.find(({ type }) => isInTheWay(type, record));
      if (other) throw refuseRecord("Cloudflare", record, other.type, other.content);
    }
  },

  async apex(zone) {
    const found = await others(zone, zone.domain);
    const texts = found.filter(({ type }) => type === "TXT");
    return ownSpf(
      "Cloudflare",
      zone.domain,
      texts.map(({ content }) => unquoteTxt(content)),
    );
  },

  make: (zone, { key, name, type, value, priority, ttl }, opts) =>
    new DnsRecord(
      `${zone.name}-${key}`,
      {
        zoneId: zone.id,
        name,
        type,
        ttl,
        content: pulumi.output(value).apply((text) => (type === "TXT" ? quoteTxt(text) : text)),
        ...(priority === undefined ? {} : { priority }),
        // A proxied name answers with Cloudflare's addresses, and SES would not find the record.
        proxied: false,
        comment: commentOf(zone),
      },
      opts,
    ),
};

function commentOf(zone: Zone): string {
  // With the region: in another one there may be a stack of the same name.
  return `Pulumi: ${zone.name} in ${zone.region}`;
}

/** Records of this name that the stack did not make. */
async function others(zone: Zone, name: string) {
  const { results } = await getDnsRecords({ zoneId: zone.id, name: { exact: name } });
  // Records of earlier versions have no region.
  const own = [commentOf(zone), `Pulumi: ${zone.name}`];
  return results.filter(({ comment }) => !own.includes(comment));
}
