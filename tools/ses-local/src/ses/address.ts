import addressparser from "nodemailer/lib/addressparser";
import { badRequest } from "./error.ts";

export interface Mailbox {
  name: string;
  address: string;
}

/** The mailboxes in the value of an address header, including the members of groups. */
export function mailboxes(header: string): Mailbox[] {
  return addressparser(header, { flatten: true }).filter(({ address }) => address !== "");
}

const QUOTED_STRING = /"(?:[^"\\]|\\.)*"/g;

/**
 * Reads one mailbox, `address` or `Name <address>`. The error messages are those of JavaMail's
 * strict check, which SES returns.
 *
 * @throws SesError BadRequestException
 */
export function parseMailbox(input: string): Mailbox {
  if (/[\r\n\0]/.test(input)) throw badRequest("Invalid email address: it contains a line break.");
  const text = input.trim();
  const open = text.endsWith(">") ? text.lastIndexOf("<") : -1;
  const address = open < 0 ? text : text.slice(open + 1, -1).trim();
  const name = open < 0 ? "" : text.slice(0, open).trim();
  // A name with any of these must be in quotes. A comma ends an address, and a colon begins a group
  // (RFC 5322, 3.4).
  if (/[<>@,;:\\"[\]]/.test(name.replaceAll(QUOTED_STRING, "")))
    throw badRequest("Illegal address");
  const problem = addressProblem(address);
  if (problem) throw badRequest(problem);
  if (text.length > 320)
    throw badRequest(`Address length is more than 320 characters long: '${text}'.`);
  return { name: name.replace(/^"|"$/g, ""), address };
}

function addressProblem(address: string): string | undefined {
  // SES does not support SMTPUTF8. For it, a character outside ASCII is a control character.
  const control = /[^\x21-\x7e]/;
  const at = address.startsWith('"') ? address.indexOf('"@') + 1 : address.indexOf("@");
  const local = at > 0 || address.startsWith("@") ? address.slice(0, at) : address;
  const quoted = /^"(?:[^"\\]|\\.)*"$/.test(local);
  if (!quoted && control.test(local)) return "Local address contains control or whitespace";
  if (local === address) return "Missing final '@domain'";
  if (local === "") return "Missing local name";
  if (!quoted) {
    if (local.startsWith(".")) return "Local address starts with dot";
    if (local.endsWith(".")) return "Local address ends with dot";
    if (local.includes("..")) return "Local address contains dot-dot";
    if (/[()<>,;:\\"[\]]/.test(local)) return "Local address contains illegal character";
  }
  const domain = address.slice(at + 1);
  if (domain === "") return "Missing domain";
  if (control.test(domain)) return "Domain contains control or whitespace";
  if (domain.startsWith(".")) return "Domain starts with dot";
  if (domain.endsWith(".")) return "Domain ends with dot";
  if (domain.includes("..")) return "Domain contains dot-dot";
  if (!/^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])$/i.test(domain)) {
    return "Domain contains illegal character";
  }
  return undefined;
}

/**
 * Finds the mailboxes without a verified identity. A verified domain covers its subdomains.
 *
 * @param identities verified domains and addresses
 * @returns each mailbox once, as it was given
 */
export function unverified(given: string[], identities: string[]): string[] {
  const verified = identities.map((identity) => identity.toLowerCase());
  const failed = new Map<string, string>();
  for (const mailbox of given) {
    const address = parseMailbox(mailbox).address.toLowerCase();
    const domain = address.slice(address.lastIndexOf("@") + 1);
    const covered = verified.some(
      (identity) => identity === address || identity === domain || domain.endsWith(`.${identity}`),
    );
    if (!covered && !failed.has(address)) failed.set(address, mailbox);
  }
  return [...failed.values()];
}
