import { startOwn } from "./testing/start.ts";
import { createTransport } from "nodemailer";
import { afterAll, expect, onTestFinished, test } from "vitest";

const ses = await startOwn();
afterAll(() => ses.stop());

const insists = { requireTLS: true, tls: { rejectUnauthorized: false } };
const transport = (auth?: { user: string; pass: string }) =>
  createTransport({ host: "127.0.0.1", port: ses.smtpPort, ...(auth && { auth }) });

test("should put email by SMTP into the same inbox, with set and tags from its headers", async () => {
  const sent = await transport().sendMail({
    from: "Example <hello@example.com>",
    to: "sam@example.org",
    bcc: "hidden@example.org",
    subject: "By SMTP",
    text: "Your code is 123456.",
    html: "<p>Your code is <b>123456</b>.</p>",
    headers: {
      "X-SES-CONFIGURATION-SET": "smtp-set",
      "X-SES-MESSAGE-TAGS": "template=smtp, message-id=m-1",
    },
    attachments: [{ filename: "a.txt", content: "hi" }],
  });
  const [message] = await ses.inbox({ to: "hidden@example.org" });
  expect(message).toMatchObject({
    to: ["sam@example.org"],
    bcc: ["hidden@example.org"],
    subject: "By SMTP",
    tags: { template: "smtp", "message-id": "m-1" },
    configurationSet: "smtp-set",
    codes: ["123456"],
    via: "smtp",
  });
  // SES answers with its id too, so that a client can store it.
  expect(sent.response).toBe(`250 Ok ${message?.messageId}`);
});

test("should accept any user name and password", async () => {
  const sent = transport({ user: "anyone", pass: "anything" }).sendMail({
    from: "hello@example.com",
    to: "auth@example.org",
    text: "x",
  });
  await expect(sent).resolves.toMatchObject({ accepted: ["auth@example.org"] });
});

test("should offer STARTTLS only where it is set, and take it from those who insist", async () => {
  const send = async (options: object, port: number) => {
    const client = createTransport({ host: "localhost", port, ...options });
    return client.sendMail({ from: "hello@example.com", to: "tls@example.org", text: "x" });
  };
  await send({}, ses.smtpPort);
  await send(insists, ses.smtpPort);
  const offering = await startOwn({ smtpStartTls: true });
  onTestFinished(() => offering.stop());
  await send({ ignoreTLS: true }, offering.smtpPort);
  await send(insists, offering.smtpPort);
  // nodemailer uses what is offered, and trusts nobody's own certificate.
  await expect(send({}, offering.smtpPort)).rejects.toThrow("self-signed certificate");
  expect(await ses.inbox({ to: "tls@example.org" })).toHaveLength(2);
  expect(await offering.inbox({ to: "tls@example.org" })).toHaveLength(2);
});

test("should accept a domain in Punycode, and no local part outside ASCII", async () => {
  const sendTo = (to: string) =>
    transport().sendMail({ from: "hello@example.com", to, subject: "x", text: "x" });
  await sendTo("sam@b\u00fccher.example");
  const [message] = await ses.inbox({ to: "sam@xn--bcher-kva.example" });
  expect(message).toMatchObject({ to: ["sam@xn--bcher-kva.example"], via: "smtp" });
  await expect(sendTo("\u00e5@example.org")).rejects.toThrow("control or whitespace");
});

test.each([
  [
    "an unverified From",
    { from: "eve@example.net" },
    "554 Message rejected: Email address is not verified. The following identities failed the check in region US-EAST-1: eve@example.net",
  ],
  [
    "an unverified envelope sender",
    { envelope: { from: "eve@example.net", to: "sam@example.org" } },
    "554 Message rejected: Email address is not verified.",
  ],
  [
    "a tag SES would not take",
    { headers: { "X-SES-MESSAGE-TAGS": "template=two words" } },
    "554 Transaction failed: Invalid tag value <two words>",
  ],
])("should refuse %s", async (_case, changes, response) => {
  const sent = transport().sendMail({
    from: "hello@example.com",
    to: "refused@example.org",
    text: "x",
    ...changes,
  });
  await expect(sent).rejects.toMatchObject({ responseCode: 554 });
  await expect(sent).rejects.toThrow(response);
  expect(await ses.inbox({ to: "refused@example.org" })).toEqual([]);
});
