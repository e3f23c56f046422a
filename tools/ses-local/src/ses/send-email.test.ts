import {
  BadRequestException,
  ListContactListsCommand,
  MessageRejected,
  NotFoundException,
  SendEmailCommand,
} from "@aws-sdk/client-sesv2";
import { full } from "@repo/testing/full";
import { startOwn } from "../testing/start.ts";
import { afterAll, expect, test } from "vitest";
import { createClient, email } from "../testing/client.ts";

const ses = await startOwn({ verified: ["example.com", "only@example.net"] });
const client = createClient(ses.url);
afterAll(async () => {
  client.destroy();
  await ses.stop();
});

const raw = (message: string, rest: Partial<SendEmailCommand["input"]> = {}) =>
  new SendEmailCommand({
    Content: { Raw: { Data: Buffer.from(message.replaceAll("\n", "\r\n")) } },
    ...rest,
  });

test("should deliver a Simple message with all its parts", async () => {
  const { MessageId } = await client.send(
    email(
      {
        Destination: {
          ToAddresses: ["Åda <sam@example.org>"],
          CcAddresses: ["cc@example.org"],
          BccAddresses: ["bcc@example.org"],
        },
        ReplyToAddresses: ["help@example.com"],
        EmailTags: [
          { Name: "message-id", Value: "m-1" },
          { Name: "template", Value: "verify-email" },
        ],
        ConfigurationSetName: "any-set",
      },
      {
        Subject: { Data: "Bestätige dich 👋" },
        Body: {
          Html: { Data: '<a href="https://example.com/v?a=1&amp;b=2">Verify</a>' },
          Text: { Data: "https://example.com/v?a=1&b=2" },
        },
        Headers: [{ Name: "X-Message-ID", Value: "m-1" }],
        Attachments: [
          { FileName: "a.txt", RawContent: Buffer.from("attached"), ContentType: "text/plain" },
        ],
      },
    ),
  );
  expect(MessageId).toMatch(/^0100[0-9a-f]{12}-[0-9a-f-]{36}-000000$/);

  const [message] = await ses.inbox({ template: "verify-email" });
  expect(message).toMatchObject({
    messageId: MessageId,
    from: "Example <hello@example.com>",
    to: ["sam@example.org"],
    cc: ["cc@example.org"],
    bcc: ["bcc@example.org"],
    subject: "Bestätige dich 👋",
    html: '<a href="https://example.com/v?a=1&amp;b=2">Verify</a>',
    text: "https://example.com/v?a=1&b=2",
    tags: { "message-id": "m-1", template: "verify-email" },
    configurationSet: "any-set",
    links: ["https://example.com/v?a=1&b=2"],
    attachments: [{ filename: "a.txt", contentType: "text/plain", size: 8, inline: false }],
    via: "api",
    read: false,
  });
  expect(message?.headers).toMatchObject({
    "x-message-id": "m-1",
    "reply-to": "help@example.com",
    "message-id": `<${MessageId}@email.amazonses.com>`,
  });
  expect(message?.headers).not.toHaveProperty("bcc");
  const attachment = await fetch(`${ses.url}/inbox/messages/${message?.id}/attachments/0`);
  expect(await attachment.text()).toBe("attached");
  expect(attachment.headers.get("content-disposition")).toContain("a.txt");
});

test.each([
  ["BASE64", "base64", "PGI+YT1iPC9iPg=="],
  ["QUOTED_PRINTABLE", "quoted-printable", "<b>a=3Db</b>"],
  // https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Attachment.html: its default
  [undefined, "7bit", "<b>a=b</b>"],
] as const)(
  "should encode an attachment as its ContentTransferEncoding says: %s",
  async (ContentTransferEncoding, encoding, encoded) => {
    const RawContent = Buffer.from("<b>a=b</b>");
    const { MessageId } = await client.send(
      email(
        { Destination: { ToAddresses: ["encoded@example.org"] } },
        { Attachments: [{ FileName: "a.html", RawContent, ContentTransferEncoding }] },
      ),
    );
    const [message] = await ses.inbox({ to: "encoded@example.org" });
    expect(message?.messageId).toBe(MessageId);
    const source = await (await fetch(`${ses.url}/inbox/messages/${message?.id}/source`)).text();
    const part = source.slice(source.indexOf("a.html"));
    expect(part).toContain(`Content-Transfer-Encoding: ${encoding}\r\n`);
    expect(part).toContain(`\r\n\r\n${encoded}\r\n`);
  },
);

test("should leave a message in a message as it is", async () => {
  const inner = "Subject: =?utf-8?Q?inner?=\r\n\r\nHello  \r\n.\r\n";
  await client.send(
    email(
      { Destination: { ToAddresses: ["inner@example.org"] } },
      {
        Attachments: [
          { FileName: "a.eml", ContentType: "message/rfc822", RawContent: Buffer.from(inner) },
        ],
      },
    ),
  );
  const [message] = await ses.inbox({ to: "inner@example.org" });
  const source = await (await fetch(`${ses.url}/inbox/messages/${message?.id}/source`)).text();
  expect(source).toContain(`\r\n\r\n${inner}`);
});

test("should read a Raw message's recipients, tags and set from its headers if the request has none", async () => {
  const { MessageId } = await client.send(
    raw(`From: hello@example.com
To: raw@example.org
Bcc: hidden@example.org
Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
Message-ID: <mine@example.com>
X-SES-CONFIGURATION-SET: from-header
X-SES-MESSAGE-TAGS: template=raw, message-id=m-2

Body
`),
  );
  const [message] = await ses.inbox({ to: "hidden@example.org" });
  expect(message).toMatchObject({
    messageId: MessageId,
    to: ["raw@example.org"],
    bcc: ["hidden@example.org"],
    subject: "Grüße",
    configurationSet: "from-header",
    tags: { template: "raw", "message-id": "m-2" },
    html: "",
  });
  // SES removes its own headers and Bcc, and replaces Message-ID.
  const source = await (await fetch(`${ses.url}/inbox/messages/${message?.id}/source`)).text();
  expect(source).not.toMatch(/^(?:bcc|x-ses-)/im);
  expect(source.match(/^message-id:.*/gim)).toEqual([
    `Message-ID: <${MessageId}@email.amazonses.com>`,
  ]);
});

test("should prefer the request's recipients and tags to a Raw message's headers", async () => {
  await client.send(
    raw("From: hello@example.com\nTo: header@example.org\nX-SES-MESSAGE-TAGS: a=b\n\nBody", {
      Destination: { ToAddresses: ["envelope@example.org"] },
      EmailTags: [{ Name: "template", Value: "enveloped" }],
    }),
  );
  const [message] = await ses.inbox({ template: "enveloped" });
  expect(message).toMatchObject({ to: ["envelope@example.org"], tags: { template: "enveloped" } });
  expect(message?.headers["to"]).toBe("header@example.org");
});

test("should add a From header from the request if a Raw message has none", async () => {
  await client.send(
    raw("To: from@example.org\nSubject: x\n\nBody", { FromEmailAddress: "hello@example.com" }),
  );
  expect((await ses.inbox({ to: "from@example.org" }))[0]?.from).toBe("hello@example.com");
  await expect(client.send(raw("To: from@example.org\n\nBody"))).rejects.toThrow(
    "Missing required header 'From'.",
  );
});

test("should send from a verified address, and from a subdomain of a verified domain", async () => {
  for (const FromEmailAddress of ["only@example.net", "a@mail.example.com", "HELLO@Example.COM"]) {
    await expect(client.send(email({ FromEmailAddress }))).resolves.toBeDefined();
  }
});

test("should refuse an unverified sender with SES's words, naming the region", async () => {
  const refused = createClient(ses.url, "eu-west-1").send(
    email({ FromEmailAddress: "Eve <eve@example.net>" }),
  );
  await expect(refused).rejects.toBeInstanceOf(MessageRejected);
  await expect(refused).rejects.toThrow(
    "Email address is not verified. The following identities failed the check in region EU-WEST-1: Eve <eve@example.net>",
  );
  for (const command of [
    email({ FromEmailAddress: "a@notexample.com" }),
    email({ FeedbackForwardingEmailAddress: "eve@example.net" }),
    raw("From: eve@example.net\nTo: a@example.org\n\nx", { FromEmailAddress: "a@example.com" }),
    raw("From: a@example.com\nSender: eve@example.net\nTo: a@example.org\n\nx"),
  ]) {
    await expect(client.send(command)).rejects.toBeInstanceOf(MessageRejected);
  }
});

test.each([
  ["sam", "Missing final '@domain'"],
  ["sam@", "Missing domain"],
  ["@example.org", "Missing local name"],
  ["a b@example.org", "Local address contains control or whitespace"],
  ["ådá@example.org", "Local address contains control or whitespace"],
  ["a..b@example.org", "Local address contains dot-dot"],
  ["sam@exam ple.org", "Domain contains control or whitespace"],
  ["sam@example.org, eve@example.org", "Domain contains control or whitespace"],
  ["sam@.example.org", "Domain starts with dot"],
  ["sam@exam_ple.org", "Domain contains illegal character"],
  ["Sample, Sam <sam@example.org>", "Illegal address"],
  ["Support: Sam <sam@example.org>", "Illegal address"],
  ['Sam "the Man <sam@example.org>', "Illegal address"],
  ["sam@example.org <sam@example.org>", "Illegal address"],
  ["sam@example.org\r\nBcc: eve@example.org", "contains a line break"],
  [`${"a".repeat(320)}@example.org`, "Address length is more than 320 characters"],
])("should refuse the address %j", async (address, message) => {
  for (const Destination of [{ ToAddresses: [address] }, { BccAddresses: [address] }]) {
    const refused = client.send(email({ Destination }));
    await expect(refused).rejects.toBeInstanceOf(BadRequestException);
    await expect(refused).rejects.toThrow(message);
  }
});

test("should not change a name that is quoted or encoded", async () => {
  const from = "=?utf-8?B?w4VkYQ==?= <hello@example.com>";
  const to = [
    '"Sample, Sam" <sam@example.org>',
    "=?utf-8?Q?=C3=85da?= <ada@example.org>",
    '"Sam" Sample (work) <work@example.org>',
  ];
  const { MessageId } = await client.send(
    email({ FromEmailAddress: from, Destination: { ToAddresses: to } }),
  );
  const [message] = await ses.inbox({ to: "ada@example.org" });
  expect(message).toMatchObject({ messageId: MessageId, from: "Åda <hello@example.com>" });
  const source = await (await fetch(`${ses.url}/inbox/messages/${message?.id}/source`)).text();
  expect(source).toContain(`From: ${from}\r\nTo: ${to.join(",\r\n ")}\r\n`);
});

test.each([
  ["no recipient", email({ Destination: {} }), "at least one To, Cc or Bcc"],
  ["no destination", email({ Destination: undefined }), "at least one To, Cc or Bcc"],
  ["no sender", email({ FromEmailAddress: undefined }), "FromEmailAddress is required"],
  ["an empty body", email({}, { Body: { Text: { Data: "" } } }), "Text or Html"],
  ["no body", email({}, { Body: {} }), "Text or Html"],
  ["no subject", email({}, { Subject: undefined }), "Value null at 'content.simple.subject.data'"],
  ["a line break in the subject", email({}, { Subject: { Data: "a\r\nBcc: b" } }), "line break"],
  [
    "a tag with a space",
    email({ EmailTags: [{ Name: "template", Value: "two words" }] }),
    "Invalid tag value <two words>: only alphanumeric ASCII characters, '_', and '-' are allowed.",
  ],
  ["a tag without value", email({ EmailTags: [{ Name: "a", Value: "" }] }), "must be specified"],
  [
    "a tag of 257 characters",
    email({ EmailTags: [{ Name: "a".repeat(257), Value: "b" }] }),
    "Tag name cannot exceed 256 characters.",
  ],
  [
    "16 headers",
    email({}, { Headers: Array.from({ length: 16 }, (_, i) => ({ Name: `X-${i}`, Value: "v" })) }),
    "content.simple.headers",
  ],
  ["a header with a line break", email({}, { Headers: [{ Name: "X-A", Value: "a\nb" }] }), "X-A"],
  [
    "a header of 996 characters",
    email({}, { Headers: [{ Name: "X-A", Value: "a".repeat(996) }] }),
    "X-A",
  ],
  [
    "a header of 997 characters, with its name",
    email({}, { Headers: [{ Name: "X-Abc", Value: "a".repeat(992) }] }),
    "996 characters",
  ],
  [
    "51 tags",
    email({ EmailTags: Array.from({ length: 51 }, (_, i) => ({ Name: `t-${i}`, Value: "v" })) }),
    "exceeds 50",
  ],
  ...(
    [
      ["FileName", `${"a".repeat(252)}.txt`],
      ["ContentType", `text/${"a".repeat(74)}`],
      ["ContentId", "a".repeat(79)],
      ["ContentDescription", "a".repeat(1001)],
    ] as const
  ).map(([member, value]): [string, SendEmailCommand, string] => [
    `an attachment whose ${member} is too long`,
    email(
      {},
      { Attachments: [{ FileName: "a.txt", RawContent: Buffer.from("a"), [member]: value }] },
    ),
    "Member must have length from 1 to",
  ]),
  ["a header with a colon", email({}, { Headers: [{ Name: "X:A", Value: "a" }] }), "X:A"],
  [
    "an executable attachment",
    email({}, { Attachments: [{ FileName: "a.exe", RawContent: Buffer.from("MZ") }] }),
    "Illegal filename 'a.exe'.",
  ],
  ["no content", email({ Content: {} }), "exactly one of Simple, Raw and Template"],
])("should refuse %s", async (_case, command, message) => {
  const refused = client.send(command);
  await expect(refused).rejects.toBeInstanceOf(BadRequestException);
  await expect(refused).rejects.toThrow(message);
});

test.runIf(full)("should refuse a message over 40 MB, and accept one just below", async () => {
  const fill = (bytes: number) =>
    raw(`From: a@example.com\nTo: big@example.org\n\n${"x".repeat(bytes)}`);
  await expect(client.send(fill(41_943_041))).rejects.toThrow(
    "Message length is more than 41943040 bytes",
  );
  await expect(client.send(fill(41_900_000))).resolves.toBeDefined();
});

test("should answer NotFoundException for a template or a set that cannot be", async () => {
  await expect(
    client.send(email({ Content: { Template: { TemplateName: "hello" } } })),
  ).rejects.toBeInstanceOf(NotFoundException);
  await expect(client.send(email({ ConfigurationSetName: "not a name" }))).rejects.toBeInstanceOf(
    NotFoundException,
  );
});

test("should answer an unknown operation as SES does", async () => {
  await expect(client.send(new ListContactListsCommand({}))).rejects.toMatchObject({
    name: "UnknownOperationException",
    $metadata: { httpStatusCode: 404 },
  });
});

const post = (body: string, headers: Record<string, string>) =>
  fetch(`${ses.url}/v2/email/outbound-emails`, { method: "POST", body, headers });

const authorization =
  "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ses/aws4_request, SignedHeaders=host, Signature=0";

test("should refuse a request without credentials", async () => {
  for (const headers of [{}, { authorization: "Bearer token" }]) {
    const response = await post("{}", headers);
    expect(response.status).toBe(403);
    expect(response.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
    expect(await response.json()).toEqual({ message: "Missing Authentication Token" });
  }
});

test.each([
  "not json",
  "[]",
  "",
  '{"Content":1}',
  '{"Content":{"Simple":{}},"Destination":{"ToAddresses":[1]}}',
  '{"Content":{"Simple":{}},"EmailTags":[null]}',
])("should answer 400 to the body %j", async (body) => {
  const response = await post(body, { authorization });
  expect(response.status).toBe(400);
  expect(response.headers.get("x-amzn-errortype")).toMatch(/Exception$/);
});
