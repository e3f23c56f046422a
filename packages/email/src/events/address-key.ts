import { parseAddress } from "../address.ts";

/**
 * The key under which a recipient of an event is suppressed: that of accounts and messages. One
 * that we would never have sent to has a key as well, so that its event is not lost.
 *
 * @param recipient as SES reports it, out of the report of some mail server: with a name and angle
 *   brackets, with its type (`rfc822;…`, RFC 3464 section 2.3.2), with a comment behind it (RFC 5322
 *   section 3.2.2), with the full stop of a domain that is complete (RFC 1034 section 3.1)
 */
export function addressKey(recipient: string): string {
  const [, inside = recipient] = /<([^<>]+)>\s*$/.exec(recipient) ?? [];
  const bare = inside
    .replace(/^\s*(?:rfc822|utf-8)\s*;/i, "")
    .replace(/\s*\([^()]*\)\s*$/, "")
    .replace(/\.\s*$/, "");
  try {
    return parseAddress(bare).key;
  } catch {
    return inside.trim().toLowerCase();
  }
}
