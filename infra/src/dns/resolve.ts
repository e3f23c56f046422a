import { promises as dns } from "node:dns";
import { InfraError } from "../error.ts";

/**
 * Every TXT value that DNS has for a name now. Empty if there are none.
 *
 * @param otherwise a command, after which the program does not ask
 * @throws InfraError if DNS does not answer
 */
export async function txtOf(
  name: string,
  otherwise = "pulumi config rm apexSpf",
): Promise<string[]> {
  try {
    return (await dns.resolveTxt(name)).map((strings) => strings.join(""));
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (code === dns.NODATA || code === dns.NOTFOUND) return [];
    // No answer does not mean "no record": a new record would then stand beside an unseen one.
    throw new InfraError(
      `DNS does not say what TXT records ${name} has (${code}): try again, or ${otherwise}`,
    );
  }
}
