import * as pulumi from "@pulumi/pulumi";
import { InfraError } from "../error.ts";
import { SES_SPF } from "./apex.ts";
import { isInTheWay, ownSpf, refuseRecord } from "./conflicts.ts";
import type { DnsProvider, Zone } from "./provider.ts";
import type { PlannedRecord } from "./records.ts";

// The version of Pulumi's provider. Its SDK, `@pulumi/digitalocean`, is not a dependency: Pulumi
// would then download the provider for every stack, and not only for those that have their zone
// there.
const VERSION = "4.80.1";

/**
 * DigitalOcean. Its records have no comment that could distinguish the stack's own from others. So
 * a record with another value counts as somebody else's.
 */
export const digitalocean: DnsProvider = {
  zoneId: { pattern: /^([a-z0-9-]+\.)+[a-z0-9-]+$/, what: "the zone's domain, like example.com" },

  async refuse(zone, records) {
    if (!`.${zone.domain}`.endsWith(`.${zone.id}`)) {
      throw new InfraError(
        `${zone.domain} is not in the zone ${zone.id}: pulumi config set zoneId ${zone.domain}`,
      );
    }
    const found = await recordsIn(zone);
    for (const record of records) {
      const name = within(zone, record.name);
      const wanted = valueOf(record, record.value);
      const other = found.find(
        (one) =>
          one.name === name &&
          isInTheWay(one.type, record) &&
          one.value.replace(/\.$/, "") !== wanted.replace(/\.$/, ""),
      );
      if (other) throw refuseRecord("DigitalOcean", record, other.type, other.value);
    }
  },

  async apex(zone) {
    const found = await recordsIn(zone);
    const name = within(zone, zone.domain);
    const values = found
      .filter((one) => one.name === name && one.type === "TXT")
      .map(({ value }) => value)
      // The record that the stack itself creates if there is no SPF record.
      .filter((value) => value !== `v=spf1 ${SES_SPF} ~all`);
    return ownSpf("DigitalOcean", zone.domain, values);
  },

  make: (zone, record, opts) =>
    new DnsRecord(
      `${zone.name}-${record.key}`,
      {
        domain: zone.id,
        name: pulumi.output(record.name).apply((name) => within(zone, name)),
        type: record.type,
        value: pulumi.output(record.value).apply((value) => valueOf(record, value)),
        ttl: record.ttl,
        ...(record.priority === undefined ? {} : { priority: record.priority }),
      },
      opts,
    ),
};

/** The class of this name in `@pulumi/digitalocean`, with the inputs that are used here. */
class DnsRecord extends pulumi.CustomResource {
  constructor(
    name: string,
    args: {
      domain: string;
      name: pulumi.Input<string>;
      type: string;
      value: pulumi.Input<string>;
      ttl: number;
      priority?: number;
    },
    opts: pulumi.CustomResourceOptions,
  ) {
    super("digitalocean:index/dnsRecord:DnsRecord", name, args, { ...opts, version: VERSION });
  }
}

interface Found {
  name: string;
  type: string;
  value: string;
}

async function recordsIn(zone: Zone): Promise<Found[]> {
  const token = "digitalocean:index/getRecords:getRecords";
  const found: unknown = await pulumi.runtime.invoke(
    token,
    { domain: zone.id },
    { version: VERSION },
  );
  return (found as { records: Found[] }).records;
}

/** A name as the zone has it: `@` for the zone's own, or without the zone's domain. */
function within(zone: Zone, name: string): string {
  return name === zone.id ? "@" : name.slice(0, -zone.id.length - 1);
}

/** A host ends with a dot. Without it, DigitalOcean takes it for a name inside the zone. */
function valueOf({ type }: PlannedRecord, value: string): string {
  return type === "TXT" ? value : `${value}.`;
}
