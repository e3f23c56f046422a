import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import {
  CALL_TIMEOUT_MS,
  type OutgoingMessage,
  type Refusal,
  type SendResult,
  type Transport,
} from "./transport.ts";

export interface SesConfig {
  /** The From header, `Name <address>`. */
  from: string;
  configurationSet?: string | undefined;
  /** For security mail: MaxDeliverySeconds belongs to the set, not to the message. */
  securityConfigurationSet?: string | undefined;
}

/**
 * Sends through the SES v2 API. Region, credentials and endpoint come from the SDK's own
 * chain (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html).
 */
export function createSesTransport(config: SesConfig): Transport {
  // The SDK's retry sends again when an answer is lost: three copies of one email. Ours decides.
  const client = new SESv2Client({
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: CALL_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return {
    async send(message) {
      try {
        const { MessageId } = await client.send(toCommand(config, message));
        return { result: "accepted", sesMessageId: MessageId ?? "" };
      } catch (error) {
        return classifySesError(error);
      }
    },
    close: () => client.destroy(),
  };
}

function toCommand(config: SesConfig, message: OutgoingMessage): SendEmailCommand {
  const utf8 = (Data: string) => ({ Data, Charset: "UTF-8" });
  const configurationSet =
    (message.category === "security" ? config.securityConfigurationSet : undefined) ??
    config.configurationSet;
  return new SendEmailCommand({
    FromEmailAddress: config.from,
    Destination: { ToAddresses: [message.to] },
    Content: {
      Simple: {
        Subject: utf8(message.subject),
        Body: { Html: utf8(message.html), Text: utf8(message.text) },
        Headers: [{ Name: "X-Message-ID", Value: message.id }],
      },
    },
    EmailTags: [
      { Name: "message-id", Value: message.id },
      { Name: "template", Value: message.template },
    ],
    ...(configurationSet && { ConfigurationSetName: configurationSet }),
  });
}

const REFUSALS: Record<string, Refusal> = {
  TooManyRequestsException: "throttled",
  ThrottlingException: "throttled",
  LimitExceededException: "throttled",
  AccountSuspendedException: "paused",
  SendingPausedException: "paused",
  MailFromDomainNotVerifiedException: "misconfigured",
  NotFoundException: "misconfigured",
  MessageRejected: "permanent",
  BadRequestException: "permanent",
  AccessDeniedException: "misconfigured",
  CredentialsProviderError: "misconfigured",
  ExpiredTokenException: "misconfigured",
  IncompleteSignatureException: "misconfigured",
  InvalidClientTokenId: "misconfigured",
  InvalidSignatureException: "misconfigured",
  MissingAuthenticationTokenException: "misconfigured",
  SignatureDoesNotMatch: "misconfigured",
  UnrecognizedClientException: "misconfigured",
  // The connection was never opened, so nothing was sent.
  EAI_AGAIN: "unreachable",
  ECONNREFUSED: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ENOTFOUND: "unreachable",
};

/**
 * Sorts what the SDK throws. Whatever is not listed (5xx, a reset, a timeout) may come
 * after SES took the message: unknown.
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
 */
function classifySesError(error: unknown): SendResult {
  const {
    name = "Error",
    message: text = "",
    code: errno,
  } = error as Partial<NodeJS.ErrnoException>;
  const code = errno ?? name;
  let result = REFUSALS[code] ?? REFUSALS[name] ?? "unknown";
  // One class, three meanings: only the text tells them apart.
  if (result === "throttled" && /quota/i.test(text)) result = "quota";
  if (result === "permanent" && /not verified/i.test(text)) result = "misconfigured";
  return { result, code, error: text };
}
