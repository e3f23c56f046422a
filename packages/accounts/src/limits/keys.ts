import { createHmac } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";

/**
 * Under what the table of limits knows somebody: a keyed hash, so that nobody who reads the
 * table learns an address. The limit's name is in it: what is in two limits has nothing in
 * common.
 *
 * @param secret AUTH_SECRET, the same in every process
 */
export function createLimitKeys(secret: string) {
  // No other use of the secret begins with "limit:".
  const hash = (name: string, text: string): Uint8Array =>
    Uint8Array.from(createHmac("sha256", secret).update(`limit:${name}:${text}`).digest());
  return {
    /**
     * An IP address; of IPv6 the /64 and, as `network`, the /48. Those are what one customer
     * gets, with more addresses in it than there are rows for.
     *
     * @param ip undefined, and what is no IP address, count as one client together
     */
    client(ip: string | undefined): { client: Uint8Array; network?: Uint8Array } {
      const { client, network } = parseIp(ip ?? "");
      return {
        client: hash("client", client),
        ...(network !== undefined && { network: hash("clientNetwork", network) }),
      };
    },

    /** Where the email of an address arrives, as far as its spelling tells. */
    mailbox(name: string, addressKey: string): Uint8Array {
      return hash(name, foldMailbox(addressKey));
    },

    /** An address as accounts know it: two that share a mailbox may be two accounts. */
    address(name: string, addressKey: string): Uint8Array {
      return hash(name, addressKey);
    },

    /** Anything else. */
    raw(name: string, text: string): Uint8Array {
      return hash(name, text);
    },
  };
}

function parseIp(input: string): { client: string; network?: string } {
  // Some proxies add the port, in which a client would have 65,536 buckets.
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(input) ?? [];
  const [, dotted] = /^([\d.]+):\d+$/.exec(input) ?? [];
  // A zone ("%eth0") is this machine's name of an interface.
  const ip = (bracketed ?? dotted ?? input).replace(/%.*$/s, "");
  if (isIPv4(ip)) return { client: ip };
  if (!isIPv6(ip)) return { client: "unknown" };
  const groups = expand(ip);
  // IPv4-mapped: how a socket for both families writes ::ffff:192.0.2.1.
  if (groups.slice(0, 6).join() === "0,0,0,0,0,ffff") {
    return { client: groups.slice(6).flatMap(bytes).join(".") };
  }
  return { client: groups.slice(0, 4).join(":"), network: groups.slice(0, 3).join(":") };
}

/** The eight groups of an IPv6 address, without leading zeros. */
function expand(ip: string): string[] {
  // The URL parser knows every way to write one, and has one of its own.
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
 * Many domains deliver name+tag to name, and Gmail takes dots for nothing
 * (https://support.google.com/mail/answer/7436150). Where that is wrong, two people share three
 * emails in a while; otherwise one could have as many as it pleases a stranger.
 */
function foldMailbox(addressKey: string): string {
  const at = addressKey.lastIndexOf("@");
  const domain = addressKey.slice(at + 1);
  const local = addressKey.slice(0, at).replace(/(?<=.)\+.*$/, "");
  if (domain !== "gmail.com" && domain !== "googlemail.com") return `${local}@${domain}`;
  return `${local.replaceAll(".", "")}@gmail.com`;
}
