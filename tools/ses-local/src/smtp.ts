import { buffer } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";
import { type Accept, MAX_MESSAGE_SIZE } from "./ses/accept.ts";
import { SesError } from "./ses/error.ts";

/**
 * SES's SMTP interface into the same inbox: any user name and password or none, no TLS.
 *
 * https://docs.aws.amazon.com/ses/latest/dg/send-email-smtp.html
 */
export function createSmtpServer(accept: Accept, log: (line: string) => void): SMTPServer {
  return new SMTPServer({
    name: "localhost",
    banner: "ses-local",
    // SES does not offer it: addresses are ASCII.
    hideSMTPUTF8: true,
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: MAX_MESSAGE_SIZE,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? "anyone" }),
    onData(stream, session, done) {
      const { mailFrom, rcptTo } = session.envelope;
      buffer(stream)
        .then((raw) =>
          accept({
            raw,
            returnPath: mailFrom ? mailFrom.address : undefined,
            recipients: rcptTo.map(({ address }) => address),
            region: "us-east-1",
            via: "smtp",
          }),
        )
        .then(
          (messageId) => done(null, `Ok ${messageId}`),
          (error: unknown) => done(reply(error, log)),
        );
    },
  });
}

/** https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html#troubleshoot-smtp-response-codes */
function reply(error: unknown, log: (line: string) => void): Error {
  if (!(error instanceof SesError)) {
    log(`SMTP message failed: ${error instanceof Error ? error.stack : String(error)}`);
    return Object.assign(new Error("Temporary service failure"), { responseCode: 451 });
  }
  const prefix = error.type === "MessageRejected" ? "Message rejected" : "Transaction failed";
  log(`refused by SMTP: ${error.type}: ${error.message}`);
  return Object.assign(new Error(`${prefix}: ${error.message}`), { responseCode: 554 });
}
