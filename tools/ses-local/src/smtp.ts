import { buffer } from "node:stream/consumers";
import { domainToASCII } from "node:url";
import { SMTPServer } from "smtp-server";
import { createCertificate } from "./certificate.ts";
import { type Accept, MAX_MESSAGE_SIZE } from "./ses/accept.ts";
import type { Account } from "./ses/account.ts";
import { NoAnswer, withFaults } from "./ses/faults.ts";
import { SesError } from "./ses/error.ts";

const REGION = "us-east-1";

/**
 * SES's SMTP interface, for the same inbox. It accepts any user name and password, or none. TLS is
 * optional, with a certificate that no client trusts by itself.
 *
 * https://docs.aws.amazon.com/ses/latest/dg/send-email-smtp.html
 */
export function createSmtpServer({
  accept,
  account,
  startTls,
  log,
}: {
  accept: Accept;
  account: Account;
  /**
   * Whether it offers STARTTLS. Many clients use what is offered, and then refuse the certificate.
   * It takes the command in any case, as from clients that insist on it.
   */
  startTls: boolean;
  log: (line: string) => void;
}): SMTPServer {
  const { key, pem } = createCertificate("localhost", { type: "ec", hosts: ["localhost"] });
  const server = new SMTPServer({
    name: "localhost",
    banner: "ses-local",
    // SES does not offer SMTPUTF8: its addresses are ASCII.
    hideSMTPUTF8: true,
    key: key.export({ type: "pkcs8", format: "pem" }),
    cert: pem,
    hideSTARTTLS: !startTls,
    // Without TLS too, unlike SES.
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: MAX_MESSAGE_SIZE,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? "anyone" }),
    async onData(stream, session, done) {
      const { mailFrom, rcptTo } = session.envelope;
      const from = mailFrom ? asSent(mailFrom.address) : undefined;
      try {
        const raw = await buffer(stream);
        const messageId = await withFaults(account, { from: from ?? "", region: REGION }, () =>
          accept({
            raw,
            returnPath: from,
            recipients: rcptTo.map(({ address }) => asSent(address)),
            region: REGION,
            via: "smtp",
          }),
        );
        done(null, `Ok ${messageId}`);
      } catch (error) {
        if (error instanceof NoAnswer) {
          log(`no answer by SMTP: ${error.message}`);
          for (const connection of server.connections) {
            if (connection.id === session.id) connection.close();
          }
          return;
        }
        done(reply(error, log));
      }
    },
  });
  return server;
}

/** Encodes the domain in Punycode again, because smtp-server decodes it. */
function asSent(address: string): string {
  const at = address.lastIndexOf("@");
  if (at < 0) return address;
  const domain = address.slice(at + 1);
  // Something that is not a domain stays unchanged, and is refused later.
  return `${address.slice(0, at)}@${domainToASCII(domain) || domain}`;
}

// https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html#troubleshoot-smtp-response-codes
const REPLIES: Record<string, [code: number, prefix: string]> = {
  TooManyRequestsException: [454, "Throttling failure: "],
  ServiceUnavailableException: [421, ""],
  AccessDeniedException: [554, "Access denied: "],
  MessageRejected: [554, "Message rejected: "],
  SendingPausedException: [554, "Message rejected: "],
  AccountSuspendedException: [554, "Message rejected: "],
};

function reply(error: unknown, log: (line: string) => void): Error {
  if (!(error instanceof SesError)) {
    log(`SMTP message failed: ${error instanceof Error ? error.stack : String(error)}`);
    return response(451, "Temporary service failure");
  }
  log(`refused by SMTP: ${error.type}: ${error.message}`);
  if (error.type === "InternalFailure") return response(451, "Temporary service failure");
  const [code, prefix] = REPLIES[error.type] ?? [554, "Transaction failed: "];
  return response(code, prefix + error.message);
}

function response(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}
