import { InfraError } from "../error.ts";
import { LOOKUPS, mergeSpf } from "./spf.ts";
import { countLookups } from "./spf-lookups.ts";
import { txtOf } from "./resolve.ts";

/** The mechanism by which an SPF record allows SES. */
export const SES_SPF = "include:amazonses.com";

/**
 * The domain's own TXT values with SES in their SPF record.
 *
 * @throws InfraError with the reason if that record cannot be changed
 */
export async function withSes(domain: string, values: string[]): Promise<string[]> {
  let merged: string[];
  try {
    merged = mergeSpf(values, SES_SPF);
  } catch (error) {
    throw refusal(domain, (error as Error).message);
  }
  const before = values.find((value, index) => value !== merged[index]);
  // SES's include costs one look-up: its record has only addresses.
  if (before && (await countLookups(before, txtOf, LOOKUPS)) >= LOOKUPS) {
    throw refusal(
      domain,
      `receivers stop at ${LOOKUPS} look-ups; with ${SES_SPF} the record takes more, counting the records that it includes`,
    );
  }
  return merged;
}

function refusal(domain: string, reason: string): InfraError {
  return new InfraError(
    `the SPF record of ${domain} cannot be changed: ${reason}; ` +
      "correct it in the zone, or leave it: pulumi config rm apexSpf",
  );
}
