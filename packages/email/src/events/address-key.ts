import { parseAddress } from "../address.ts";

/**
 * The key under which a recipient of an event is suppressed: that of accounts and messages. One
 * that we would never have sent to has a key as well, so that its event is not lost.
 *
 * @param recipient as SES reports it, which may be with a name and angle brackets
 */
export function addressKey(recipient: string): string {
  const [, inside = recipient] = /<([^<>]+)>\s*$/.exec(recipient) ?? [];
  try {
    return parseAddress(inside).key;
  } catch {
    return inside.trim().toLowerCase();
  }
}
