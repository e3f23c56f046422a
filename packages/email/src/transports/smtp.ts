import type { Readable } from "node:stream";
import { createTransport } from "nodemailer";
import { type Cause, readRefusal, readSystemCode, refused } from "./refusal.ts";
import {
  CALL_TIMEOUT_MS,
  type SenderConfig,
  type Transport,
  createSender,
  headersOf,
  isLoopback,
  requireLoopback,
  subjectOf,
} from "./transport.ts";

export interface SmtpConfig extends SenderConfig {
  host: string;
  /** 587 (or 25, 2587) upgrades by STARTTLS; 465 (or 2465) is TLS from the first byte. */
  port: number;
  username?: string | undefined;
  password?: string | undefined;
  /** Connections, each with one email at a time. Default: 10. */
  concurrency?: number | undefined;
}

// Mail servers limit the connections of a client: Postfix to 50, Exchange Server to 20.
const CONCURRENCY = 10;

/**
 * Sends through SES's SMTP endpoint, or any other server.
 * https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html
 *
 * @throws EmailError `LOOPBACK_ONLY`; `INVALID_ADDRESS`, `INVALID_NAME` for a From
 */
export function createSmtpTransport(config: SmtpConfig): Transport {
  if (config.loopbackOnly) requireLoopback(config.host);
  const sender = createSender(config);
  const { concurrency = CONCURRENCY } = config;
  const secure = [465, 2465].includes(config.port);
  const mailer = createTransport({
    host: config.host,
    port: config.port,
    secure,
    // Credentials and links never cross a network in the clear.
    requireTLS: !secure && !isLoopback(config.host),
    pool: true,
    maxConnections: concurrency,
    // If the server ends a connection before it has read a byte of the email, another one is used.
    maxRequeues: 2,
    ...(config.username && { auth: { user: config.username, pass: config.password ?? "" } }),
    connectionTimeout: 3_000,
    greetingTimeout: 3_000,
    socketTimeout: CALL_TIMEOUT_MS,
    // A message cannot make nodemailer read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // The stream of each email that nodemailer sends. The key is the call's signal, which both know.
  const bodies = new WeakMap<AbortSignal, Readable>();
  mailer.use("stream", ({ data: { signal }, message }, done) => {
    message.processFunc((body) => {
      if (signal) bodies.set(signal, body);
      return body;
    });
    done();
  });
  return {
    concurrency,
    async send(message) {
      const { id, template, category, to, html, text, ...added } = message;
      const { from, configurationSet } = sender(category);
      const tags = Object.entries({ ...added.tags, "message-id": id, template });
      // The limit for the whole call: socketTimeout limits only each pause of a slow server.
      const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
      try {
        const { response } = await mailer.sendMail({
          signal,
          from,
          to,
          ...(added.replyTo && { replyTo: added.replyTo }),
          subject: subjectOf(message),
          html,
          text,
          headers: {
            ...headersOf(message),
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
        // A server has the email only after the final dot, which follows the last byte.
        const isWhole = bodies.get(signal)?.readableEnded ?? false;
        return refused(causeOf(error, isWhole, from.address, to), code, error.message);
      }
    },
    // SMTP has no such request.
    quota: () => Promise.resolve(undefined),
    close: () => mailer.close(),
  };
}

interface SmtpError extends Error {
  code?: string;
  /** The code of the system or of TLS, if nodemailer has replaced it with its own. */
  originalCode?: string;
  responseCode?: number;
  /** The command that the server answered: `CONN`, `MAIL FROM`, `RCPT TO`, `DATA`, … */
  command?: string;
}

// An error like this during the TLS handshake does not mean that the certificate is bad.
const CONNECTION_LOST = /ECONNRESET|EPIPE|ETIMEDOUT|closed unexpectedly/;

// https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html#troubleshoot-smtp-response-codes
const BY_CODE: Record<number, Cause> = {
  530: "credentials",
  534: "credentials",
  535: "credentials",
  538: "certificate",
  552: "tooLarge",
};

/**
 * Finds the cause of an error of nodemailer, by the server's answer and the command. Without an
 * answer, the email is in doubt if all of it was handed over. Otherwise it was certainly not sent.
 * https://www.rfc-editor.org/rfc/rfc5321#section-4.2
 */
function causeOf(error: SmtpError, isWhole: boolean, from: string, to: string): Cause {
  const { message, code = "", originalCode = code, responseCode, command = "" } = error;
  // A 2xx or 3xx is not a refusal, so it does not answer this email.
  if (responseCode === undefined || responseCode < 400) {
    if (isWhole) return "unknown";
    if (code === "EAUTH") return "credentials";
    const isLost = CONNECTION_LOST.test(`${originalCode} ${message}`);
    return (
      readSystemCode(originalCode) ?? (code === "ETLS" && !isLost ? "certificate" : "unreachable")
    );
  }
  const told = readRefusal(message, from, to);
  if (told) return told;
  const isInSetUp = !/^(?:MAIL FROM|RCPT TO|DATA)$/.test(command);
  if (responseCode < 500) {
    if (/throttling|rate exceeded/i.test(message)) return "throttled";
    // The server ends or refuses the connection, for example if it has too many. Other messages
    // would get the same answer.
    return responseCode === 421 || isInSetUp ? "later" : "deferred";
  }
  if (code === "EAUTH") return "credentials";
  if (code === "ETLS") return "certificate";
  // A refusal before the recipient is named would be the same for every message.
  const isOfTheMessage = /^(?:RCPT TO|DATA)$/.test(command);
  return BY_CODE[responseCode] ?? (isOfTheMessage ? "rejected" : "refused");
}
