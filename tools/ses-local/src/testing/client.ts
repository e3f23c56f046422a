import { type SendEmailCommandInput, SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";

/** The real SDK, which calls ses-local. */
export function createClient(endpoint: string, region = "us-east-1"): SESv2Client {
  return new SESv2Client({
    endpoint,
    region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
}

type Simple = NonNullable<NonNullable<SendEmailCommandInput["Content"]>["Simple"]>;

/** A message that SES accepts, with changes. */
export function email(
  changes: Partial<SendEmailCommandInput> = {},
  simple: Partial<Simple> = {},
): SendEmailCommand {
  return new SendEmailCommand({
    FromEmailAddress: "Example <hello@example.com>",
    Destination: { ToAddresses: ["sam@example.org"] },
    Content: {
      Simple: {
        Subject: { Data: "Hello" },
        Body: { Text: { Data: "Hi Sam" } },
        ...simple,
      },
    },
    ...changes,
  });
}
