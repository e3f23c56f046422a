import {
  GetAccountCommand,
  type GetAccountResponse,
  SendEmailCommand,
} from "@aws-sdk/client-sesv2";
import { isMessage } from "../attachments.ts";
import { EmailError } from "../error.ts";
import { formatMailbox } from "../mailbox.ts";
import { type Cause, readRefusal, readSystemCode, refused } from "./refusal.ts";
import { type LastChecks, TooLate, createSesClient, timeLimit } from "./ses-client.ts";
import {
  type OutgoingMessage,
  type SendQuota,
  type Sender,
  type SenderConfig,
  type Transport,
  createSender,
  headersOf,
  subjectOf,
} from "./transport.ts";

export interface SesConfig extends SenderConfig {
  /**
   * Calls at once, each on a connection of its own. While some are late, half as many more may
   * begin. Default: 50.
   */
  concurrency?: number | undefined;
}

// As many as the SDK's own connections. At 100 ms a call, that is 500 emails a second.
const CONCURRENCY = 50;

/**
 * Sends through the SES v2 API.
 *
 * @throws EmailError `INVALID_ADDRESS`, `INVALID_NAME` for a From
 */
export function createSesTransport(config: SesConfig): Transport {
  const { concurrency = CONCURRENCY, loopbackOnly } = config;
  const sender = createSender(config);
  const lastChecks: LastChecks = new WeakMap();
  const spare = Math.floor(concurrency / 2);
  const client = createSesClient({ loopbackOnly, connections: concurrency + spare, lastChecks });
  const sourceOf = (region: string, category: string) => {
    const { configurationSet } = sender(category);
    return configurationSet && `${region}/${configurationSet}`;
  };

  return {
    concurrency,
    spare,
    async eventSources() {
      // Without a region no call can be made either.
      const region = await client.config.region().catch(() => undefined);
      return region ? { security: sourceOf(region, "security"), other: sourceOf(region, "") } : {};
    },
    async send(message, mayLeave) {
      try {
        const command = toCommand(sender, message);
        if (mayLeave) lastChecks.set(command.input, mayLeave);
        const { MessageId } = await client.send(command);
        return { result: "accepted", sesMessageId: MessageId ?? "" };
      } catch (error) {
        const cause = causeOf(error, sender(message.category).from.address, message.to);
        const { name, message: text, code = name, $metadata } = error as SdkError;
        // A proxy between us and SES answers without the name of an exception.
        return refused(cause, code || String($metadata?.httpStatusCode), text);
      }
    },
    async quota() {
      try {
        const account = await client.send(new GetAccountCommand({}), timeLimit());
        return toQuota(account);
      } catch (error) {
        throw quotaError(error);
      }
    },
    close: () => client.destroy(),
  };
}

function toCommand(sender: Sender, message: OutgoingMessage): SendEmailCommand {
  const utf8 = (Data: string) => ({ Data, Charset: "UTF-8" });
  const pairs = (values: Record<string, string>) =>
    Object.entries(values).map(([Name, Value]) => ({ Name, Value }));
  const { from, configurationSet } = sender(message.category);
  const { id, template, replyTo, tags = {}, attachments } = message;
  return new SendEmailCommand({
    FromEmailAddress: formatMailbox(from),
    ...(replyTo && { ReplyToAddresses: [formatMailbox(replyTo)] }),
    Destination: { ToAddresses: [message.to] },
    Content: {
      Simple: {
        Subject: utf8(subjectOf(message)),
        Body: { Html: utf8(message.html), Text: utf8(message.text) },
        Headers: pairs(headersOf(message)),
        ...(attachments && {
          Attachments: attachments.map((file) => ({
            FileName: file.filename,
            ContentType: file.contentType,
            RawContent: file.content,
            // A message must not be encoded. attachments.ts has checked that it is 7bit data.
            ContentTransferEncoding: isMessage(file.contentType)
              ? ("SEVEN_BIT" as const)
              : ("BASE64" as const),
            ContentDisposition: file.contentId ? ("INLINE" as const) : ("ATTACHMENT" as const),
            ...(file.contentId && { ContentId: file.contentId }),
          })),
        }),
      },
    },
    EmailTags: pairs({ ...tags, "message-id": id, template }),
    ...(configurationSet && { ConfigurationSetName: configurationSet }),
  });
}

function toQuota(account: GetAccountResponse): SendQuota | undefined {
  const { MaxSendRate, Max24HourSend = -1, SentLast24Hours = 0 } = account.SendQuota ?? {};
  if (MaxSendRate === undefined) return undefined;
  return {
    maxSendRate: MaxSendRate,
    // -1 means no limit.
    max24HourSend: Max24HourSend < 0 ? undefined : Max24HourSend,
    sentLast24Hours: SentLast24Hours,
    sendingEnabled: account.SendingEnabled ?? true,
  };
}

function quotaError(cause: unknown): EmailError {
  if (cause instanceof EmailError) return cause;
  const { name } = cause as SdkError;
  if (causeOf(cause) === "permission") {
    return new EmailError(
      "QUOTA_ACCESS_DENIED",
      "The worker's credentials may not read the account's sending limits. Set EMAIL_RATE, or allow them ses:GetAccount.",
      { cause },
    );
  }
  return new EmailError(
    "QUOTA_UNAVAILABLE",
    `The account's sending limits cannot be read now (${name}).`,
    { retryable: true, cause },
  );
}

interface SdkError extends NodeJS.ErrnoException {
  $metadata?: { httpStatusCode?: number };
}

// Each of these has several causes. Only the text distinguishes them.
const AMBIGUOUS = [
  "AccessDeniedException",
  "LimitExceededException",
  "MessageRejected",
  "ThrottlingException",
  "TooManyRequestsException",
];
const BY_NAME: Record<string, Cause> = {
  TooManyRequestsException: "throttled",
  ThrottlingException: "throttled",
  LimitExceededException: "throttled",
  AccountSuspendedException: "suspended",
  SendingPausedException: "paused",
  MailFromDomainNotVerifiedException: "mailFrom",
  MessageRejected: "rejected",
  BadRequestException: "rejected",
  ValidationException: "rejected",
  SerializationException: "rejected",
  RequestEntityTooLarge: "tooLarge",
  NotFoundException: "configurationSet",
  AccessDeniedException: "permission",
  CredentialsProviderError: "credentials",
};

/**
 * Finds the cause of an error of the SDK. After a 4xx, or if the call never left, nothing
 * was sent. After anything else (5xx, a reset, a timeout), SES may have accepted the message.
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
 */
function causeOf(thrown: unknown, from = "", to = ""): Cause {
  if (thrown instanceof TooLate) return "late";
  if (thrown instanceof EmailError) return "loopbackOnly";
  const { name, message: text, code = name, $metadata } = thrown as SdkError;
  const status = $metadata?.httpStatusCode ?? 0;
  // 408 comes from a proxy: the request may have gone through.
  const isAnswer = status >= 400 && status < 500 && status !== 408;
  if (isAnswer || name === "CredentialsProviderError") {
    const told = AMBIGUOUS.includes(name) ? readRefusal(text, from, to) : undefined;
    const known = told ?? BY_NAME[name];
    if (known) return known;
    if (status === 413) return "tooLarge";
    return status === 403 || /Token|Signature|Credential/.test(name) ? "credentials" : "refused";
  }
  if (/^Region (?:is missing|not accepted)/.test(text)) return "region";
  if (/did not establish a connection/.test(text)) return "unreachable";
  return readSystemCode(code) ?? "unknown";
}
