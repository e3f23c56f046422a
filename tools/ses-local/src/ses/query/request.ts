import { type Json, constraint } from "../json.ts";

/**
 * SendEmail and SendRawEmail of the Query API, as a request of the v2 API.
 *
 * https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html
 * https://docs.aws.amazon.com/ses/latest/APIReference/API_SendRawEmail.html
 * @throws SesError BadRequestException if a required member is missing
 */
export function toSendEmail(params: URLSearchParams): Json {
  const part = (name: string) => data(params, `Message.${name}.Data`);
  return {
    FromEmailAddress: needed(params, "Source"),
    FeedbackForwardingEmailAddress: one(params, "ReturnPath"),
    Destination: {
      ToAddresses: members(params, "Destination.ToAddresses"),
      CcAddresses: members(params, "Destination.CcAddresses"),
      BccAddresses: members(params, "Destination.BccAddresses"),
    },
    ReplyToAddresses: members(params, "ReplyToAddresses"),
    ...common(params),
    Content: {
      Simple: {
        Subject: part("Subject"),
        Body: { Text: part("Body.Text"), Html: part("Body.Html") },
      },
    },
  };
}

export function toSendRawEmail(params: URLSearchParams): Json {
  return {
    FromEmailAddress: one(params, "Source"),
    // The envelope. Without it, the headers of the message name the recipients.
    Destination: { ToAddresses: members(params, "Destinations") },
    ...common(params),
    Content: { Raw: { Data: needed(params, "RawMessage.Data") } },
  };
}

function common(params: URLSearchParams): Json {
  const names = members(params, "Tags", ".Name");
  const values = members(params, "Tags", ".Value");
  return {
    ConfigurationSetName: one(params, "ConfigurationSetName"),
    // Without tags, those of the header X-SES-MESSAGE-TAGS count.
    ...(names.length > 0 && { EmailTags: names.map((Name, i) => ({ Name, Value: values[i] })) }),
  };
}

/** The charset is for the email. The value itself is UTF-8, like the whole request. */
function data(params: URLSearchParams, name: string): Json | undefined {
  const value = params.get(name);
  return value === null ? undefined : { Data: value };
}

function one(params: URLSearchParams, name: string): string | undefined {
  return params.get(name) ?? undefined;
}

function needed(params: URLSearchParams, name: string): string {
  const value = params.get(name);
  if (value !== null) return value;
  const path = name.replaceAll(/(^|\.)([A-Z])/g, (_, dot, letter) => dot + letter.toLowerCase());
  throw constraint(path, "Member must not be null");
}

/** The values of `NAME.member.1`, `NAME.member.2` and so on. */
function members(params: URLSearchParams, name: string, end = ""): string[] {
  const found: string[] = [];
  for (let i = 1; ; i++) {
    const value = params.get(`${name}.member.${i}${end}`);
    if (value === null) return found;
    found.push(value);
  }
}
