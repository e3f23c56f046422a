import type * as pulumi from "@pulumi/pulumi";
import type { FixedRecord, PlannedRecord } from "./records.ts";

/** The zone that gets the records. */
export interface Zone {
  /** What the names of the stack's resources begin with: `product-dev`. */
  name: string;
  /** The region that sends. */
  region: string;
  /** What the provider calls the zone; empty with `manual`. */
  id: string;
  /** The domain that email comes from. The zone may belong to a parent domain. */
  domain: string;
}

/**
 * A DNS provider. To add one, implement this in a file beside this one, and add it to providers.ts.
 */
export interface DnsProvider {
  /** What `zoneId` must look like. Default: the provider needs no zone. */
  zoneId?: { pattern: RegExp; what: string };
  /**
   * Stops if a record of somebody else is in the way. A provider needs this if it accepts a second
   * record of a name without an error, because receivers then ignore both. DKIM's records are not
   * checked: their names are tokens of SES, which nobody else has.
   *
   * @throws InfraError
   */
  refuse?: (zone: Zone, records: FixedRecord[]) => Promise<void>;
  /**
   * The SPF record of the domain itself, with SES in it.
   *
   * @throws InfraError if it cannot be changed
   */
  apex: (zone: Zone) => Promise<FixedRecord>;
  /** Makes one record. Default: the records are printed, and a person enters them. */
  make?: (zone: Zone, record: PlannedRecord, opts: pulumi.CustomResourceOptions) => pulumi.Resource;
}
