// Tests the table "What it checks" of README.md at each limit. The table has the sources.
import { BadRequestException } from "@aws-sdk/client-sesv2";
import { createTransport } from "nodemailer";
import { afterAll, expect, test } from "vitest";
import { startOwn } from "../testing/start.ts";
import { createClient, email } from "../testing/client.ts";

const ses = await startOwn();
const client = createClient(ses.url);
afterAll(async () => {
  client.destroy();
  await ses.stop();
});

const times = <T>(count: number, make: (i: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
const addresses = (name: string, count: number) => times(count, (i) => `${name}${i}@example.org`);

test("should accept a message at every limit", async () => {
  const Headers = times(15, (i) => ({ Name: `X-${i}`, Value: "v" }));
  Headers[0] = { Name: "X".repeat(126), Value: "v".repeat(870) };
  Headers[1] = { Name: "Y", Value: "v".repeat(995) };
  Headers[2] = { Name: "!#$~", Value: "v" };
  await client.send(
    email(
      {
        Destination: {
          ToAddresses: addresses("to", 20),
          CcAddresses: addresses("cc", 20),
          BccAddresses: addresses("bcc", 10),
        },
        EmailTags: times(50, (i) => ({
          Name: `t-${i}`.padEnd(256, "_"),
          Value: "v".repeat(256),
        })),
        ConfigurationSetName: "c".repeat(64),
      },
      {
        Headers,
        Attachments: [
          {
            FileName: `${"a".repeat(251)}.txt`,
            ContentType: `text/${"a".repeat(73)}`,
            ContentId: "c".repeat(78),
            ContentDescription: "d".repeat(1000),
            RawContent: Buffer.from("x"),
          },
        ],
      },
    ),
  );
  const [message] = await ses.inbox({ to: "bcc9@example.org" });
  expect(message?.to).toHaveLength(20);
  expect(Object.keys(message?.tags ?? {})).toHaveLength(50);
  expect(message?.headers["y"]).toHaveLength(995);
});

test.each([
  [
    "51 recipients over To, Cc and Bcc",
    {
      Destination: {
        ToAddresses: addresses("to", 20),
        CcAddresses: addresses("cc", 20),
        BccAddresses: addresses("bcc", 11),
      },
    },
  ],
  ["a configuration set's name of 65", { ConfigurationSetName: "c".repeat(65) }],
  ["a tag's value of 257", { EmailTags: [{ Name: "a", Value: "b".repeat(257) }] }],
  ["a tag with a letter beyond ASCII", { EmailTags: [{ Name: "ä", Value: "b" }] }],
])("should refuse %s", async (_what, changes) => {
  await expect(client.send(email(changes))).rejects.toMatchObject({ $fault: "client" });
});

test.each([
  ["a name of 127", { Name: "X".repeat(127), Value: "v" }],
  ["no name", { Name: "", Value: "v" }],
  ["a space in its name", { Name: "X A", Value: "v" }],
  ["a name beyond ASCII", { Name: "X-Ä", Value: "v" }],
  ["no value", { Name: "X-A", Value: "" }],
  ["a value beyond ASCII", { Name: "X-A", Value: "ä" }],
  ...[
    "BCC",
    "CC",
    "Content-Disposition",
    "Content-Transfer-Encoding",
    "Content-Type",
    "Date",
    "From",
    "Message-ID",
    "MIME-Version",
    "Reply-To",
    "Return-Path",
    "Sender",
    "Subject",
    "To",
  ].map((Name): [string, { Name: string; Value: string }] => [
    `${Name}, which is SES's own`,
    { Name, Value: "v" },
  ]),
])("should refuse a header with %s", async (_what, header) => {
  const refused = client.send(email({}, { Headers: [header] }));
  await expect(refused).rejects.toBeInstanceOf(BadRequestException);
});

test("should refuse the same by SMTP as by the API", async () => {
  const transport = createTransport({ host: "127.0.0.1", port: ses.smtpPort });
  const send = (to: string[]) =>
    transport.sendMail({ from: "hello@example.com", to, subject: "x", text: "x" });
  await expect(send(addresses("smtp", 50))).resolves.toBeDefined();
  await expect(send(addresses("smtp", 51))).rejects.toThrow("Recipient count exceeds 50.");
});
