import { parseAddress } from "./address.ts";
import { encodeWords, looksEncoded } from "./encoded-words.ts";
import { EmailError } from "./error.ts";

/** The sender of an email, or where replies go. */
export interface Mailbox {
  /** "" if there is none. */
  name: string;
  /** As SES gets it. */
  address: string;
}

// SES: "Address length is more than 320 characters".
const MAX_LENGTH = 320;

/**
 * Reads `name@example.com`, `Name <name@example.com>` or `"Name" <name@example.com>`. The name
 * needs no quotes here: `Example, Inc.` is quoted or encoded when the email is sent.
 *
 * @throws EmailError `INVALID_ADDRESS`; `INVALID_NAME` if the name is too long, or if a part of it
 *   could begin another address or header
 */
export function parseMailbox(input: string): Mailbox {
  const text = input.trim();
  const [, raw, inner] = /^([^<>]*)<([^<>]*)>$/.exec(text) ?? [];
  if (raw === undefined || inner === undefined) {
    return { name: "", address: parseAddress(text).address };
  }
  const name = raw.trim().replace(/^"(.*)"$/s, "$1");
  const mailbox = { name, address: parseAddress(inner).address };
  // With an @ in its name, a mailbox could pose as another. An encoded word could contain an @.
  const isUnsafe =
    /[@"\\]/.test(name) || looksEncoded(name) || /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(text);
  if (isUnsafe || formatMailbox(mailbox).length > MAX_LENGTH) {
    throw new EmailError(
      "INVALID_NAME",
      'A display name has no @, quote, backslash, line break or =?, and no more than some 100 letters. Write "Name <name@example.com>".',
    );
  }
  return mailbox;
}

/** The mailbox as headers and the SES API have it (RFC 5322 section 3.4; RFC 2047 beyond ASCII). */
export function formatMailbox({ name, address }: Mailbox): string {
  if (!name) return address;
  if (/[^\x20-\x7e]/.test(name)) return `${encodeWords(name)} <${address}>`;
  const isPhrase = /^[\w!#$%&'*+/=?^`{|}~ -]+$/.test(name);
  return isPhrase ? `${name} <${address}>` : `"${name}" <${address}>`;
}
