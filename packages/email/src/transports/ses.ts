import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import {
  CALL_TIMEOUT_MS,
  type OutgoingMessage,
  type Refusal,
  type SendResult,
  type SenderConfig,
  type Transport,
  configurationSetFor,
  refusal,
} from "./transport.ts";

/**
 * Sends through the SES v2 API. Region, credentials and endpoint come from the SDK's own
 * chain (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html).
 */
export function createSesTransport(config: SenderConfig): Transport {
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
        const { MessageId } = await client.send(toCommand(config, message), {
          // requestTimeout ends with the headers; an answer that stalls after them must end as well.
          abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS),
        });
        return { result: "accepted", sesMessageId: MessageId ?? "" };
      } catch (error) {
        return classifySesError(error);
      }
    },
    quota: () => Promise.resolve(undefined),
    close: () => client.destroy(),
  };
}

function toCommand(config: SenderConfig, message: OutgoingMessage): SendEmailCommand {
  const utf8 = (Data: string) => ({ Data, Charset: "UTF-8" });
  const configurationSet = configurationSetFor(config, message.category);
  return new SendEmailCommand({
    FromEmailAddress: encodeName(config.from),
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

/** SES wants a display name beyond ASCII as encoded words (RFC 2047): 75 characters each at most. */
function encodeName(from: string): string {
  const [, name = "", address = from] = /^"?([^"<]*?)"?\s*(<[^<>]*>)$/.exec(from) ?? [];
  if (!/[^\0-\x7f]/.test(name)) return from;
  const words = name.match(/.{1,10}/gsu) ?? [];
  const encoded = words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString("base64")}?=`);
  return `${encoded.join(" ")} ${address}`;
}

const REFUSALS: Record<string, Refusal> = {
  TooManyRequestsException: "throttled",
  ThrottlingException: "throttled",
  LimitExceededException: "throttled",
  AccountSuspendedException: "paused",
  SendingPausedException: "paused",
  MessageRejected: "permanent",
  BadRequestException: "permanent",
};

// The connection was never opened.
const NO_CONNECTION = ["EAI_AGAIN", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND"];

interface SdkError extends NodeJS.ErrnoException {
  $metadata?: { httpStatusCode?: number };
}

/**
 * Sorts what the SDK throws. A 4xx is an answer: nothing was sent. So is a call that never
 * left. Whatever else there is (5xx, a reset, a timeout) may come after SES took the message.
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
 */
function classifySesError(thrown: unknown): SendResult {
  const { name, message: text, code = name, $metadata } = thrown as SdkError;
  return refusal(sort(name, code, text, $metadata?.httpStatusCode), code, text);
}

function sort(name: string, code: string, text: string, status?: number): Refusal {
  const known = REFUSALS[name];
  // One class, several meanings: only the text tells them apart.
  if (known === "throttled" && /quota/i.test(text)) return "quota";
  if (known === "permanent" && /not verified/i.test(text)) return "misconfigured";
  if (known) return known;
  if (NO_CONNECTION.includes(code) || /did not establish a connection/.test(text)) {
    return "unreachable";
  }
  // Credentials, permissions, an unknown configuration set; or no region, so no request at all.
  const isAnswer = status !== undefined && status >= 400 && status < 500;
  const isLocal =
    name === "CredentialsProviderError" || /^Region (?:is missing|not accepted)/.test(text);
  return isAnswer || isLocal ? "misconfigured" : "unknown";
}
