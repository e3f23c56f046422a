import { parseAddress, parseDomain } from "./address.ts";
import { EmailError } from "./error.ts";

/** Who may receive email of a staging system, as the keys that `to_key` is compared with. */
export interface AllowList {
  /** Keys of `parseAddress`. */
  addresses: string[];
  /** In ASCII and lower case; each without its subdomains. */
  domains: string[];
}

/**
 * Reads EMAIL_ALLOW_TO: addresses and domains, separated by commas.
 *
 * @throws EmailError `INVALID_ALLOW_LIST`, also for an empty one: that would look like "everybody"
 */
export function parseAllowList(input: string): AllowList {
  const entries = input.split(",").map((entry) => entry.trim());
  const list: AllowList = { addresses: [], domains: [] };
  for (const entry of entries) {
    const domain = parseDomain(entry.replace(/^@/, ""));
    if (domain) list.domains.push(domain);
    else list.addresses.push(keyOf(entry));
  }
  return list;
}

function keyOf(entry: string): string {
  try {
    return parseAddress(entry).key;
  } catch (cause) {
    throw new EmailError(
      "INVALID_ALLOW_LIST",
      "An allow-list is addresses and domains, separated by commas: name@example.com, example.org.",
      { cause },
    );
  }
}
