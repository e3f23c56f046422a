import { parseAddress, parseDomain } from "./address.ts";
import { EmailError } from "./error.ts";

/** Who may receive email from a staging system. A message's `to_key` is compared with these. */
export interface AllowList {
  /** Each is the `key` of `parseAddress`. */
  addresses: string[];
  /** In ASCII and lower case. A domain does not include its subdomains. */
  domains: string[];
}

/**
 * Reads EMAIL_ALLOW_TO: addresses and domains, separated by commas.
 *
 * @throws EmailError `INVALID_ALLOW_LIST`, also for an empty list, which could mean "everybody"
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

/**
 * Whether an address may receive email. The claim decides the same for a message's row.
 *
 * @throws EmailError `INVALID_ADDRESS`
 */
export function isAllowed({ addresses, domains }: AllowList, to: string): boolean {
  const { key } = parseAddress(to);
  return addresses.includes(key) || domains.includes(key.slice(key.lastIndexOf("@") + 1));
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
