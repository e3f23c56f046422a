import { InfraError } from "../error.ts";
import { txtOf } from "./resolve.ts";

/**
 * Stops if a domain above has a DMARC policy that protects this one. Receivers ask the domain
 * itself first, so a record with the default policy, none, would end that protection.
 *
 * @throws InfraError
 */
export async function refuseWeakerDmarc(domain: string): Promise<void> {
  const labels = domain.split(".");
  // Not the last label alone: a top-level domain is nobody's.
  for (let first = 1; first < labels.length - 1; first += 1) {
    const name = `_dmarc.${labels.slice(first).join(".")}`;
    const values = await txtOf(name, "pulumi config set dmarcPolicy none");
    const record = values.find((value) => /^v=DMARC1\s*(;|$)/.test(value));
    if (record === undefined) continue;
    const policy = tagOf(record, "sp") ?? tagOf(record, "p") ?? "none";
    if (policy === "none") return;
    throw new InfraError(
      `${name} has the policy ${policy} for ${domain}, and the record of this stack would make it ` +
        "none: keep it: pulumi config set existing dmarc; or set one: " +
        `pulumi config set dmarcPolicy ${policy}`,
    );
  }
}

function tagOf(record: string, tag: string): string | undefined {
  return new RegExp(`;\\s*${tag}\\s*=\\s*(none|quarantine|reject)\\s*(;|$)`, "i")
    .exec(record)?.[1]
    ?.toLowerCase();
}
