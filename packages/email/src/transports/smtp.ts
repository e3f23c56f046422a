import { createTransport } from "nodemailer";
import { type Cause, readRefusal, readSystemCode, refused } from "./outcome.ts";
import {
  CALL_TIMEOUT_MS,
  type SenderConfig,
  type Transport,
  createSender,
  isLoopback,
  requireLoopback,
} from "./transport.ts";

export interface SmtpConfig extends SenderConfig {
  host: string;
  /** 587 (or 25, 2587) upgrades by STARTTLS; 465 (or 2465) is TLS from the first byte. */
  port: number;
  username?: string | undefined;
  password?: string | undefined;
}

/**
 * Sends through SES's SMTP endpoint, or any other server.
 * https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html
 *
 * @throws EmailError `LOOPBACK_ONLY`; `INVALID_ADDRESS`, `INVALID_NAME` for a From
 */
export function createSmtpTransport(config: SmtpConfig): Transport {
  if (config.loopbackOnly) requireLoopback(config.host);
  const sender = createSender(config);
  const secure = [465, 2465].includes(config.port);
  const mailer = createTransport({
    host: config.host,
    port: config.port,
    secure,
    // Credentials and links never cross a network in the clear.
    requireTLS: !secure && !isLoopback(config.host),
    pool: true,
    maxConnections: 10,
    // One call a message: nothing is sent again on another connection.
    maxRequeues: 0,
    ...(config.username && { auth: { user: config.username, pass: config.password ?? "" } }),
    connectionTimeout: 3_000,
    greetingTimeout: 3_000,
    socketTimeout: CALL_TIMEOUT_MS,
    // Nothing of a message is ever read from a file or an address that it names.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ id, template, category, to, subject, html, text, ...added }) {
      const { from, configurationSet } = sender(category);
      const tags = Object.entries({ ...added.tags, "message-id": id, template });
      try {
        const { response } = await mailer.sendMail({
          // socketTimeout is for each pause; a server that answers slowly must end as well.
          signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
          from,
          to,
          ...(added.replyTo && { replyTo: added.replyTo }),
          subject,
          html,
          text,
          headers: {
            ...added.headers,
            "X-Message-ID": id,
            // SES removes these two before it sends.
            "X-SES-MESSAGE-TAGS": tags.map((tag) => tag.join("=")).join(", "),
            ...(configurationSet && { "X-SES-CONFIGURATION-SET": configurationSet }),
          },
          attachments: added.attachments?.map(({ filename, contentType, content, contentId }) => ({
            filename,
            contentType,
            content: Buffer.from(content),
            contentDisposition: contentId ? "inline" : "attachment",
            ...(contentId && { cid: contentId }),
          })),
        });
        // SES answers "250 Ok <its message id>".
        return { result: "accepted", sesMessageId: /^250 ok (\S+)/i.exec(response)?.[1] ?? "" };
      } catch (thrown) {
        const error = thrown as SmtpError;
        const code = String(error.responseCode ?? error.code ?? error.name);
        return refused(causeOf(error, from.address, to), code, error.message);
      }
    },
    // SMTP has no word for it.
    quota: () => Promise.resolve(undefined),
    close: () => mailer.close(),
  };
}

interface SmtpError extends Error {
  code?: string;
  /** Of the system or of TLS, where nodemailer put its own code in its place. */
  originalCode?: string;
  /** The system call that failed, where one did. */
  syscall?: string;
  responseCode?: number;
  /** What the server answered: `CONN`, `MAIL FROM`, `RCPT TO`, `DATA`, … */
  command?: string;
}

// nodemailer's own words: it has no code for them.
const NEVER_OPENED = /^(?:Connection timeout|Greeting never received)/;

// https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html#troubleshoot-smtp-response-codes
const BY_CODE: Record<number, Cause> = {
  530: "credentials",
  534: "credentials",
  535: "credentials",
  538: "certificate",
  552: "tooLarge",
};

/**
 * Sorts what nodemailer throws. An answer of the server is clear. A connection that was never
 * opened sent nothing; of one that was lost nodemailer does not say how far it had come.
 */
function causeOf(error: SmtpError, from: string, to: string): Cause {
  const { message, code = "", originalCode = code, syscall, responseCode, command = "" } = error;
  const inSetUp = code === "EAUTH" ? "credentials" : code === "ETLS" ? "certificate" : undefined;
  if (responseCode === undefined) {
    if (inSetUp) return inSetUp;
    const neverOpened = code === "EDNS" || syscall === "connect" || NEVER_OPENED.test(message);
    return neverOpened ? "unreachable" : (readSystemCode(originalCode) ?? "unknown");
  }
  const told = readRefusal(message, from, to);
  if (told) return told;
  if (responseCode < 500) return /throttling|rate exceeded/i.test(message) ? "throttled" : "later";
  // Refused before a recipient was named, every message would be.
  const ofTheMessage = /^(?:RCPT TO|DATA)$/.test(command);
  return inSetUp ?? BY_CODE[responseCode] ?? (ofTheMessage ? "rejected" : "refused");
}
