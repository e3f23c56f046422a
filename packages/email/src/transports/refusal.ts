import { clean } from "../to-json.ts";
import { withoutSecrets } from "../without-secrets.ts";

/**
 * What a refusal means for the message.
 *
 * - `permanent`: the server would refuse it again.
 * - `throttled`, `quota`, `unreachable`: certainly not sent; a later call may succeed.
 * - `deferred`: certainly not sent; a later call may succeed. Other messages are not affected.
 * - `unverified`: certainly not sent; a person must verify the recipient. Other messages are not
 *   affected.
 * - `paused`, `misconfigured`: certainly not sent. No message is sent until a person changes something.
 * - `skipped`: certainly not sent, because its lease was about to end. It is queued again at once.
 * - `unknown`: it may have been sent. SES has no idempotency key, so a second call may send a second
 *   copy.
 */
export type Refusal =
  | "permanent"
  | "throttled"
  | "quota"
  | "unreachable"
  | "deferred"
  | "unverified"
  | "paused"
  | "misconfigured"
  | "skipped"
  | "unknown";

/** A call that was not accepted. */
export interface Refused {
  result: Refusal;
  /** A code of the server or the system: `TooManyRequestsException`, `554`, `ECONNREFUSED`. */
  code: string;
  /** The server's answer, without addresses and links' tokens. */
  error: string;
  /** The next step for a person. */
  next: string;
}

/** Why a call was refused: what that means, and the next step. */
const CAUSES = {
  rejected: [
    "permanent",
    "Read the error, repair the template or the recipient's address, and queue the email again.",
  ],
  tooLarge: ["permanent", "Make the email smaller, or send a link in place of the file."],
  throttled: [
    "throttled",
    "Nothing: sending slows down by itself; if it lasts, ask AWS for a higher sending rate.",
  ],
  later: ["throttled", "Nothing: the server asked to try again later, and the worker does."],
  deferred: ["deferred", "Nothing: the server does not take this email yet; it is tried again."],
  quota: [
    "quota",
    "Nothing: the other emails are sent when the 24-hour quota allows. To send more a day, ask AWS for a higher quota.",
  ],
  unreachable: [
    "unreachable",
    "Check the network and the name server, and that the endpoint or SMTP_HOST is right.",
  ],
  recipientUnverified: [
    "unverified",
    "The account is in SES's sandbox: verify this recipient in the SES console, or ask AWS for production access.",
  ],
  recipientDenied: [
    "unverified",
    "The account is in SES's sandbox: allow ses:SendEmail on this recipient's identity too, or ask AWS for production access.",
  ],
  suspended: [
    "paused",
    "AWS has suspended the account's sending: read the case that it opened in the Support Center.",
  ],
  paused: [
    "paused",
    "Resume sending, for the account or its configuration set, in the SES console; if AWS paused it, answer its case first.",
  ],
  senderUnverified: [
    "misconfigured",
    "Verify the domain of EMAIL_FROM and EMAIL_FROM_… in SES, in the region that the worker uses.",
  ],
  mailFrom: [
    "misconfigured",
    "Repair the MX and SPF records of the custom MAIL FROM domain, or remove it from the identity.",
  ],
  configurationSet: [
    "misconfigured",
    "Create the configuration set that SES_CONFIGURATION_SET or SES_SECURITY_CONFIGURATION_SET names, in the region that the worker uses.",
  ],
  permission: [
    "misconfigured",
    "Allow the worker's credentials ses:SendEmail on the identity and on the configuration set.",
  ],
  credentials: [
    "misconfigured",
    "Give the worker valid credentials, of the AWS SDK's chain or as SMTP_USERNAME and SMTP_PASSWORD, and check its clock.",
  ],
  region: ["misconfigured", "Set AWS_REGION to the region of the SES account."],
  certificate: [
    "misconfigured",
    "Check the endpoint or SMTP_HOST: the server there offers no TLS, or this machine does not trust its certificate for that name.",
  ],
  loopbackOnly: [
    "misconfigured",
    "Set EMAIL_ALLOW_TO or EMAIL_REDIRECT_TO, or APP_ENV=production, and start the worker again.",
  ],
  refused: [
    "misconfigured",
    "Read the error, and check the endpoint and the region, or SMTP_HOST and the From.",
  ],
  late: ["skipped", "Nothing: it is queued again at once."],
  unknown: [
    "unknown",
    "Nothing yet: an event of SES decides, or else the template's policy. If there are many, look at the AWS Health Dashboard.",
  ],
} as const satisfies Record<string, readonly [Refusal, string]>;

export type Cause = keyof typeof CAUSES;

// The look-behind lets a match begin only where a word begins. Otherwise a long answer would take
// quadratic time, and the leases of other emails would end meanwhile.
const ADDRESS = /(?<![^\s<>,:/'"]|\w')(?:[^\s<>,:/'"]|(?<=\w)'(?=\w))+@[^\s<>,'"]+/g;
// In characters. SES's texts have some hundreds.
const READ = 2_000;

/**
 * A refusal as it is stored: without the addresses that servers quote, and without characters that
 * PostgreSQL does not accept.
 */
export function refused(cause: Cause, code: string, text: string): Refused {
  const [result, next] = CAUSES[cause];
  const error = withoutSecrets(clean(text)).replaceAll(ADDRESS, "[address]").slice(0, 500);
  return { result, code, error, next };
}

/**
 * Finds the cause in the text of a refusal, if the text has one. SES uses the same texts in its API
 * and by SMTP.
 * https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
 */
export function readRefusal(answer: string, from: string, to: string): Cause | undefined {
  const text = answer.slice(0, READ);
  if (/quota exceeded/i.test(text)) return "quota";
  if (/not verified/i.test(text)) {
    return namesOnly(text, to) && from.toLowerCase() !== to.toLowerCase()
      ? "recipientUnverified"
      : "senderUnverified";
  }
  if (/configuration set\b.*\bdoes not exist/i.test(text)) return "configurationSet";
  if (/not authorized to perform/i.test(text)) {
    const identity = /:identity\/([^\s'"]+)/.exec(text)?.[1]?.toLowerCase() ?? "";
    const own = [from.toLowerCase(), domainOf(from)];
    const theirs = [to.toLowerCase(), domainOf(to)];
    return theirs.includes(identity) && !own.includes(identity) ? "recipientDenied" : "permission";
  }
  if (/\b(?:sending|account)\b.*\bsuspended\b/i.test(text)) return "suspended";
  if (/\b(?:sending|account)\b.*\bpaused\b/i.test(text)) return "paused";
  return undefined;
}

/**
 * Whether SES found only the recipient unverified. SES writes: "The following identities failed the
 * check in region …: a, b", with dots at the end if the list is not complete.
 */
function namesOnly(text: string, to: string): boolean {
  const list = /failed the check in region [\w-]+: (.*)$/is.exec(text)?.[1];
  const identities = list?.split(",").map((item) => (/<([^<>]*)>/.exec(item)?.[1] ?? item).trim());
  return identities?.every((identity) => identity.toLowerCase() === to.toLowerCase()) ?? false;
}

const domainOf = (address: string) => address.slice(address.lastIndexOf("@") + 1).toLowerCase();

// The codes of Node.js and OpenSSL for a handshake that failed, before anything was sent.
const HANDSHAKE =
  /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH)/;
const NO_CONNECTION = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
]);

/** Finds the cause in the system's code of a failed connection, if the code has one. */
export function readSystemCode(code: string): Cause | undefined {
  if (HANDSHAKE.test(code)) return "certificate";
  // The proxy has refused, before anything of the call was sent.
  if (code === "ERR_PROXY_TUNNEL") return "unreachable";
  return NO_CONNECTION.has(code) ? "unreachable" : undefined;
}
