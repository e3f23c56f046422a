import { promises as dns } from "node:dns";
import { InfraError } from "../error.ts";

/**
 * Every TXT value of a name, as DNS has it now; none where there is none.
 *
 * @throws InfraError where DNS does not answer
 */
export async function txtOf(name: string): Promise<string[]> {
  try {
    return (await dns.resolveTxt(name)).map((strings) => strings.join(""));
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (code === dns.NODATA || code === dns.NOTFOUND) return [];
    // Silence is not "no record": one that is made for it would replace what is there.
    throw new InfraError(
      `DNS does not say what TXT records ${name} has (${code}): try again, or pulumi config rm apexSpf`,
    );
  }
}
