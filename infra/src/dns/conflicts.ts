// Conflicts with records that the stack did not make, at providers that accept a second record of a
// name without an error, or refuse one only in the middle of the update.
import { InfraError } from "../error.ts";
import { withSes } from "./apex.ts";
import type { FixedRecord } from "./records.ts";

/** Whether a record of this type is in the way. Beside a CNAME there can be no other record. */
export function isInTheWay(type: string, record: FixedRecord): boolean {
  return type === record.type || type === "CNAME";
}

/**
 * Makes the error for a record of somebody else that is in the way.
 *
 * @param provider the provider's name for people: `"Cloudflare"`
 * @param type the type of the other record
 * @param content its content
 */
export function refuseRecord(
  provider: string,
  record: FixedRecord,
  type: string,
  content: string,
): InfraError {
  return new InfraError(
    `${record.name} has ${type === record.type ? "another" : "a"} ${type} record at ${provider} ` +
      `(${content}): ` +
      (record.key === "dmarc"
        ? "keep it with pulumi config set existing dmarc, or delete it"
        : "keep it with pulumi config set existing mailFrom, delete it, or choose another " +
          "subdomain with pulumi config set mailFrom"),
  );
}

/**
 * Makes the SPF record of the domain itself.
 *
 * @param values TXT values of the domain that the stack did not make
 * @throws InfraError if one of them is an SPF record. The message says what to change it to
 */
export async function ownSpf(
  provider: string,
  domain: string,
  values: string[],
): Promise<FixedRecord> {
  const merged = await withSes(domain, values);
  const added = merged.find((value) => !values.includes(value));
  if (added === undefined) {
    throw new InfraError(`the SPF record of ${domain} names SES already: pulumi config rm apexSpf`);
  }
  // Pulumi cannot change a record that it did not make, and a second one breaks both.
  if (values.some((value) => !merged.includes(value))) {
    throw new InfraError(
      `${domain} has an SPF record that this stack did not make; at ${provider}, change it to ` +
        `"${added}", and then: pulumi config rm apexSpf`,
    );
  }
  return { key: "apex", name: domain, type: "TXT", value: added, ttl: 300 };
}
