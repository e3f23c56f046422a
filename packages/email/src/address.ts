import { domainToASCII } from "node:url";
import { EmailError } from "./error.ts";

/** An address that SES accepts, and the key under which accounts and suppressions know it. */
export interface Address {
  /** What SES gets: the local part as typed, the domain in ASCII. */
  address: string;
  /** Lower-cased. Plus tags and dots are kept: only the mailbox's owner knows what they mean. */
  key: string;
}

// RFC 5321 dot-string. Quoted local parts and comments are legal there and refused here:
// no provider hands such mailboxes out, and they are how two addresses hide in one.
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const LABEL = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;
// What a URL parser would decode, strip or cut in a host name.
const NOT_IN_A_DOMAIN = /[\p{Cc}\s%/\\:?#[\]@<>()",;]/u;

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
  const domain = trimmed.slice(at + 1);
  if (at < 1 || local.length > 64 || !LOCAL_PART.test(local) || NOT_IN_A_DOMAIN.test(domain)) {
    throw invalid();
  }
  const ascii = domainToASCII(domain);
  const labels = ascii.split(".");
  const isHostName = labels.length > 1 && labels.every((label) => LABEL.test(label));
  // A last label of digits is an IPv4 address, not a domain.
  if (!isHostName || /^\d+$/.test(labels.at(-1) ?? "") || local.length + 1 + ascii.length > 254) {
    throw invalid();
  }
  return { address: `${local}@${ascii}`, key: `${local}@${ascii}`.toLowerCase() };
}

function invalid(): EmailError {
  // The input is left out: the message may be logged.
  return new EmailError(
    "INVALID_ADDRESS",
    "This is not an email address. Write it as name@example.com, without spaces or a display name.",
  );
}
