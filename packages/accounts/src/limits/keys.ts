import { createHmac } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";

/**
 * The keys of the table of limits: keyed hashes, so that a reader of the table learns no address.
 * The hash includes the limit's name, so that rows of two limits cannot be linked.
 *
 * @param secret one key of AUTH_SECRET, the same in every process
 */
export function createLimitKeys(secret: string) {
  // No other use of the secret begins with "limit:".
  const hash = (name: string, text: string): Uint8Array =>
    Uint8Array.from(createHmac("sha256", secret).update(`limit:${name}:${text}`).digest());
  return {
    /**
     * An IPv4 address, or the /64 of an IPv6 address with its /48 as `network`. One customer gets a
     * whole /64 or /48, which has too many addresses for a row each.
     *
     * @param ip undefined and everything that is not an IP address count as one client
     */
    client(ip: string | undefined): { client: Uint8Array; network?: Uint8Array } {
      const { client, network } = parseIp(ip ?? "");
      return {
        client: hash("client", client),
        ...(network !== undefined && { network: hash("clientNetwork", network) }),
      };
    },

    /** The mailbox of an address, as far as its spelling shows. */
    mailbox(name: string, addressKey: string): Uint8Array {
      return hash(name, foldMailbox(addressKey));
    },

    /** An address of accounts. Two addresses of one mailbox may be two accounts. */
    address(name: string, addressKey: string): Uint8Array {
      return hash(name, addressKey);
    },

    /** Anything else. */
    raw(name: string, text: string): Uint8Array {
      return hash(name, text);
    },
  };
}

export type LimitKeys = ReturnType<typeof createLimitKeys>;

function parseIp(input: string): { client: string; network?: string } {
  // Some proxies add the port, which would give a client 65,536 buckets.
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(input) ?? [];
  const [, dotted] = /^([\d.]+):\d+$/.exec(input) ?? [];
  // A zone ("%eth0") names an interface of this machine.
  const ip = (bracketed ?? dotted ?? input).replace(/%.*$/s, "");
  if (isIPv4(ip)) return { client: ip };
  if (!isIPv6(ip)) return { client: "unknown" };
  const groups = expand(ip);
  // IPv4-mapped (::ffff:192.0.2.1), from a socket for both families.
  if (groups.slice(0, 6).join() === "0,0,0,0,0,ffff") {
    return { client: groups.slice(6).flatMap(bytes).join(".") };
  }
  return { client: groups.slice(0, 4).join(":"), network: groups.slice(0, 3).join(":") };
}

/** The eight groups of an IPv6 address, without leading zeros. */
function expand(ip: string): string[] {
  // The URL parser reads every spelling and writes one.
  const [head = "", tail] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split("::");
  const before = head.split(":").filter(Boolean);
  const after = (tail ?? "").split(":").filter(Boolean);
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after];
}

function bytes(group: string): number[] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 255];
}

/**
 * Many domains deliver name+tag to name, and Gmail ignores dots
 * (https://support.google.com/mail/answer/7436150). If that is wrong for a domain, two people share
 * a limit of three emails. Without it, a stranger could send any number of emails to one mailbox.
 */
function foldMailbox(addressKey: string): string {
  const at = addressKey.lastIndexOf("@");
  const domain = addressKey.slice(at + 1);
  const local = addressKey.slice(0, at).replace(/(?<=.)\+.*$/, "");
  if (domain !== "gmail.com" && domain !== "googlemail.com") return `${local}@${domain}`;
  return `${local.replaceAll(".", "")}@gmail.com`;
}
