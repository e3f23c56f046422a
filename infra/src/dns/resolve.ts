import { promises as dns } from "node:dns";
import { InfraError } from "../error.ts";

/**
 * Every TXT value that DNS has for a name now. Empty if there are none.
 *
 * @throws InfraError if DNS does not answer
 */
export async function txtOf(name: string): Promise<string[]> {
  try {
    return (await dns.resolveTxt(name)).map((strings) => strings.join(""));
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (code === dns.NODATA || code === dns.NOTFOUND) return [];
    // No answer does not mean "no record": a new record would then stand beside an unseen one.
    throw new InfraError(
      `DNS does not say what TXT records ${name} has (${code}): try again, or pulumi config rm apexSpf`,
    );
  }
}
