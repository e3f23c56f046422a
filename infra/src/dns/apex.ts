import { InfraError } from "../error.ts";
import { mergeSpf } from "../spf.ts";

/** What SPF names SES by. */
export const SES_SPF = "include:amazonses.com";

/**
 * The domain's own TXT values with SES in their SPF record.
 *
 * @throws InfraError with the reason where that record cannot be changed
 */
export function withSes(domain: string, values: string[]): string[] {
  try {
    return mergeSpf(values, SES_SPF);
  } catch (error) {
    throw new InfraError(
      `the SPF record of ${domain} cannot be changed: ${(error as Error).message}; ` +
        "correct it in the zone, or leave it: pulumi config rm apexSpf",
    );
  }
}
