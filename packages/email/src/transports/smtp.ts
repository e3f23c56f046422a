import { createTransport } from "nodemailer";
import {
  CALL_TIMEOUT_MS,
  type Refusal,
  type SendResult,
  type SenderConfig,
  type Transport,
  configurationSetFor,
  refusal,
} from "./transport.ts";

export interface SmtpConfig extends SenderConfig {
  host: string;
  /** 587 upgrades by STARTTLS; 465 is TLS from the first byte. */
  port: number;
  username?: string | undefined;
  password?: string | undefined;
}

/**
 * Sends through SES's SMTP endpoint, or any other server.
 * https://docs.aws.amazon.com/ses/latest/dg/send-email-smtp.html
 */
export function createSmtpTransport(config: SmtpConfig): Transport {
  const isLoopback = ["localhost", "127.0.0.1", "::1"].includes(config.host);
  const mailer = createTransport({
    host: config.host,
    port: config.port,
    secure: config.port === 465,
    // Credentials and links never cross a network in the clear.
    requireTLS: !isLoopback && config.port !== 465,
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
    async send({ id, template, category, to, subject, html, text }) {
      const configurationSet = configurationSetFor(config, category);
      try {
        const { response } = await mailer.sendMail({
          // socketTimeout is for each pause; a server that answers slowly must end as well.
          signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
          from: config.from,
          to,
          subject,
          html,
          text,
          headers: {
            "X-Message-ID": id,
            // SES removes these two before it sends.
            "X-SES-MESSAGE-TAGS": `message-id=${id}, template=${template}`,
            ...(configurationSet && { "X-SES-CONFIGURATION-SET": configurationSet }),
          },
        });
        // SES answers "250 Ok <its message id>".
        return { result: "accepted", sesMessageId: /^250 ok (\S+)/i.exec(response)?.[1] ?? "" };
      } catch (error) {
        return classifySmtpError(error);
      }
    },
    quota: () => Promise.resolve(undefined),
    close: () => mailer.close(),
  };
}

interface SmtpError extends Error {
  code?: string;
  /** The system call that failed, where one did. */
  syscall?: string;
  responseCode?: number;
}

// nodemailer's own words: it has no code for them.
const NEVER_OPENED = /^(?:Connection timeout|Greeting never received)/;

/**
 * Sorts what nodemailer throws. An answer of the server is clear. A connection that was never
 * opened sent nothing; of one that was lost nodemailer does not say how far it had come.
 * https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html
 */
function classifySmtpError(thrown: unknown): SendResult {
  const error = thrown as SmtpError;
  const code = String(error.responseCode ?? error.code ?? error.name);
  return refusal(sort(error), code, error.message);
}

function sort({ message, code, syscall, responseCode }: SmtpError): Refusal {
  if (responseCode === undefined) {
    if (code === "EAUTH" || code === "ETLS") return "misconfigured";
    const neverOpened = code === "EDNS" || syscall === "connect" || NEVER_OPENED.test(message);
    return neverOpened ? "unreachable" : "unknown";
  }
  if (/quota/i.test(message)) return "quota";
  if (responseCode < 500) return "throttled";
  const isSetUp = responseCode === 530 || responseCode === 535 || /not verified/i.test(message);
  return isSetUp ? "misconfigured" : "permanent";
}
