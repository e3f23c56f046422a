import { startSesLocal } from "@repo/ses-local/client";
import { afterAll, expect, it } from "vitest";
import { example, lacks, runPython } from "./test-examples.ts";

const ses = await startSesLocal({ smtpStartTls: true });
afterAll(() => ses.stop());

it("docs/api.md: boto3 sends through SES's Query API", async (context) => {
  const missing = await lacks("python3", "-c", "import boto3");
  if (missing) context.skip(missing);
  const printed = await runPython(example("python", "boto3"), {
    SES_ENDPOINT: ses.url,
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  });
  const [message] = await ses.inbox({ to: "sam@example.com" });
  expect(message).toMatchObject({ subject: "Welcome", text: "Hello Sam\n", via: "api" });
  expect(printed.trim()).toBe(message?.messageId);
});

it("docs/api.md: smtplib sends by SMTP with STARTTLS", async (context) => {
  const missing = await lacks("python3", "--version");
  if (missing) context.skip(missing);
  await runPython(example("python", "smtplib"), {
    SMTP_HOST: "localhost",
    SMTP_PORT: String(ses.smtpPort),
    SMTP_USERNAME: "anyone",
    SMTP_PASSWORD: "anything",
  });
  const messages = await ses.inbox({ to: "sam@example.com" });
  expect(messages.find(({ via }) => via === "smtp")).toMatchObject({ subject: "Welcome" });
});
