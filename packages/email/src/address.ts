import { domainToASCII } from "node:url";
import { looksEncoded } from "./encoded-words.ts";
import { EmailError } from "./error.ts";

/** An address that SES accepts, and the key by which accounts and suppressions are found. */
export interface Address {
  /** What SES gets: the local part as typed, the domain in ASCII. */
  address: string;
  /** Lower-cased. Plus tags and dots are kept: only the mailbox's owner knows what they mean. */
  key: string;
}

// RFC 5321 dot-string. The RFC also allows quoted local parts and comments. They are refused
// here: no provider offers such mailboxes, and one address can hide a second one in them.
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const LABEL = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;
// What a URL parser would decode, strip or cut in a host name.
const NOT_IN_A_DOMAIN = /[\p{Cc}\s%/\\:?#[\]@<>()",;]/u;
// RFC 5321 section 4.5.3.1.3: a path has at most 256 characters, with its two angle brackets.
const MAX_LENGTH = 254;

/**
 * Reads one address as a person types it.
 *
 * SES takes a 7-bit local part and a Punycode domain
 * (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html); the lengths
 * are those of RFC 5321 section 4.5.3.1.
 *
 * @throws EmailError `INVALID_ADDRESS`
 */
export function parseAddress(input: string): Address {
  const trimmed = input.trim();
  const at = trimmed.lastIndexOf("@");
  const local = trimmed.slice(0, at);
  // Some mailers decode an encoded word (RFC 2047), and would send to another mailbox.
  const isEncoded = looksEncoded(local);
  if (at < 1 || local.length > 64 || !LOCAL_PART.test(local) || isEncoded) throw invalid();
  const domain = parseDomain(trimmed.slice(at + 1));
  const address = `${local}@${domain}`;
  if (!domain || address.length > MAX_LENGTH) throw invalid();
  return { address, key: address.toLowerCase() };
}

/**
 * Converts a domain to lower-case ASCII by UTS #46 (https://www.unicode.org/reports/tr46/). All
 * spellings of a domain give the same result, for example one with another full stop (U+3002) or
 * in another normalization form.
 *
 * @returns undefined if the input is not a domain, for example an IP address or a single label
 */
export function parseDomain(input: string): string | undefined {
  // Checked first, because converting megabytes would take seconds.
  if (input.length > MAX_LENGTH || NOT_IN_A_DOMAIN.test(input)) return undefined;
  const ascii = domainToASCII(input);
  const labels = ascii.split(".");
  const isHostName = labels.length > 1 && labels.every((label) => LABEL.test(label));
  // A last label of digits is an IPv4 address, not a domain.
  return isHostName && !/^\d+$/.test(labels.at(-1) ?? "") ? ascii : undefined;
}

function invalid(): EmailError {
  // The input is left out: the message may be logged.
  return new EmailError(
    "INVALID_ADDRESS",
    "This is not an email address. Write it as name@example.com, without spaces or a display name.",
  );
}
