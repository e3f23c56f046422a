import { parseAddress } from "../address.ts";

/**
 * The key of an event's recipient, the same as that of accounts and messages. An invalid address
 * has a key too, so that its event is not lost.
 *
 * @param recipient as SES reports it, often from the report of a mail server. It may have a name and
 *   angle brackets, a type (`rfc822;…`, RFC 3464 section 2.3.2), a comment after it (RFC 5322
 *   section 3.2.2), or a full stop at the end of the domain (RFC 1034 section 3.1)
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
