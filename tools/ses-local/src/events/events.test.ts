import { X509Certificate, verify } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteSuppressedDestinationCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetEmailIdentityCommand,
  GetSuppressedDestinationCommand,
  ListSuppressedDestinationsCommand,
  PutSuppressedDestinationCommand,
  type SESv2Client,
} from "@aws-sdk/client-sesv2";
import { type SesLocal, type SesLocalEvent, startSesLocal } from "@repo/testing/ses-local";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createClient, email } from "../testing/client.ts";
import { type Subscriber, startSubscriber } from "../testing/subscriber.ts";

let subscriber: Subscriber;
let ses: SesLocal;
let client: SESv2Client;

beforeAll(async () => {
  subscriber = await startSubscriber();
  ses = await startSesLocal({ webhook: subscriber.url });
  subscriber.sns = ses.url;
  client = createClient(ses.url);
  await ses.subscribed();
});
beforeEach(() => {
  subscriber.received = [];
});
afterEach(() => ses.reset());
afterAll(async () => {
  client.destroy();
  await ses.stop();
  await subscriber.stop();
});

async function send(to: string, set = "sendoff"): Promise<string> {
  const { MessageId = "" } = await client.send(
    email({
      Destination: { ToAddresses: [to] },
      ...(set && { ConfigurationSetName: set }),
      EmailTags: [{ Name: "message-id", Value: "ours" }],
    }),
  );
  return MessageId;
}

/** Waits until something is so. */
async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(10);
  }
}

/** The events of a message, once there are so many and each has had its answer. */
function eventsOf(messageId: string, count: number): Promise<SesLocalEvent[]> {
  return until(async () => {
    const found = (await ses.events()).filter((event) => event.messageId === messageId);
    const answered = found.filter((event) => event.deliveries.some(({ to }) => to === "webhook"));
    return answered.length >= count ? found.toReversed() : undefined;
  });
}
const told = (events: SesLocalEvent[]) => events.map(({ type, summary }) => `${type}: ${summary}`);

const SENT = "Send: accepted by SES";
const DELIVERED = "Delivery: 250 2.6.0 Message received";

// https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html
it.each([
  ["name@example.org", [SENT, DELIVERED]],
  ["success@simulator.amazonses.com", [SENT, DELIVERED]],
  ["bounce@simulator.amazonses.com", [SENT, "Bounce: Permanent, General"]],
  ["bounce+label@simulator.amazonses.com", [SENT, "Bounce: Permanent, General"]],
  ["complaint@simulator.amazonses.com", [SENT, DELIVERED, "Complaint: abuse"]],
  ["ooto@simulator.amazonses.com", [SENT, DELIVERED, "Bounce: Transient, General"]],
  [
    "suppressionlist@simulator.amazonses.com",
    [SENT, "Bounce: Permanent, OnAccountSuppressionList"],
  ],
])("should tell of an email to %s what SES would", async (to, expected) => {
  const messageId = await send(to);
  expect(told(await eventsOf(messageId, expected.length))).toEqual(expected);
});

it("should sign as SNS does, so that the certificate it serves verifies what it posts", async () => {
  for (const signatureVersion of ["1", "2"] as const) {
    await ses.control({ events: { signatureVersion } });
    subscriber.received = [];
    await send("name@example.org");
    const { headers, message } = await until(() => subscriber.received[0]);
    expect(headers).toMatchObject({
      "content-type": "text/plain; charset=UTF-8",
      "x-amz-sns-message-type": "Notification",
      "x-amz-sns-topic-arn": "arn:aws:sns:us-east-1:000000000000:ses-events",
    });
    expect(message["SignatureVersion"]).toBe(signatureVersion);
    const url = new URL(message["SigningCertURL"] ?? "");
    expect(url.href).toMatch(
      /^https:\/\/sns\.us-east-1\.amazonaws\.com\/SimpleNotificationService-[\da-f]{32}\.pem$/,
    );
    const pem = await (await fetch(`${ses.url}/sns${url.pathname}`)).text();
    const certificate = new X509Certificate(pem);
    expect(certificate.subject).toBe("CN=sns.amazonaws.com");
    const signed = ["Message", "MessageId", "Timestamp", "TopicArn", "Type"]
      .map((name) => `${name}\n${message[name]}\n`)
      .join("");
    const digest = signatureVersion === "1" ? "sha1" : "sha256";
    const signature = Buffer.from(message["Signature"] ?? "", "base64");
    expect(verify(digest, Buffer.from(signed), certificate.publicKey, signature)).toBe(true);
  }
});

it("should publish in the shape of SES, with our tags", async () => {
  await send("bounce@simulator.amazonses.com");
  const bounced = await until(() =>
    subscriber.received.find(({ message }) => message["Message"]?.includes('"eventType":"Bounce"')),
  );
  expect(JSON.parse(bounced.message["Message"] ?? "")).toMatchObject({
    mail: {
      destination: ["bounce@simulator.amazonses.com"],
      tags: { "message-id": ["ours"], "ses:configuration-set": ["sendoff"] },
      commonHeaders: { subject: "Hello" },
    },
    bounce: { bouncedRecipients: [{ emailAddress: "bounce@simulator.amazonses.com" }] },
  });
});

it("should publish nothing of an email without a configuration set", async () => {
  await send("quiet@example.org", "");
  const messageId = await send("loud@example.org");
  await eventsOf(messageId, 2);
  const [quiet] = await ses.inbox({ to: "quiet@example.org" });
  expect(quiet).toMatchObject({ configurationSet: null, events: [] });
});

it("should never tell of opens and clicks of security mail", async () => {
  await send("secure@example.org", "sendoff-security");
  await expect(ses.trigger("click", "secure@example.org")).rejects.toThrow("409");
  await send("open@example.org");
  expect((await ses.trigger("open", "open@example.org")).type).toBe("Open");
});

it("should try again after a 503, as SNS does, and not after a 400", async () => {
  subscriber.answers = [503, 200];
  const again = await ses.trigger("bounce", "again@example.org");
  const event = await until(async () =>
    (await ses.events()).find(({ id, deliveries }) => id === again.id && deliveries.length === 3),
  );
  const answers = event.deliveries.filter(({ to }) => to === "webhook");
  expect(answers.map(({ status, attempt }) => [status, attempt])).toEqual([
    [503, 1],
    [200, 2],
  ]);
  subscriber.answers = [400];
  subscriber.received = [];
  await ses.trigger("bounce", "once@example.org");
  await ses.trigger("bounce", "next@example.org");
  await until(() => subscriber.received[1]);
  expect(subscriber.received).toHaveLength(2);
});

describe("faults", () => {
  it("should post an event twice", async () => {
    await ses.control({ events: { duplicate: 1 } });
    await ses.trigger("delay", "twice@example.org");
    const [first, second] = [
      await until(() => subscriber.received[0]),
      await until(() => subscriber.received[1]),
    ];
    expect(first.message["Message"]).toBe(second.message["Message"]);
  });

  it("should post an event before SendEmail is answered", async () => {
    await ses.control({ events: { beforeResponse: 1 } });
    const messageId = await send("early@example.org");
    const [{ message } = { message: {} as Record<string, string> }] = subscriber.received;
    expect(JSON.parse(message["Message"] ?? "{}")).toMatchObject({
      eventType: "Send",
      mail: { messageId },
    });
  });

  it("should drop an event, and say that nobody got it", async () => {
    await ses.control({ events: { drop: 1 } });
    const { id } = await ses.trigger("bounce", "dropped@example.org");
    await ses.reset();
    await ses.trigger("bounce", "kept@example.org");
    await until(() => subscriber.received[0]);
    expect((await ses.events()).find((event) => event.id === id)?.deliveries).toEqual([]);
  });

  it("should let a later event overtake", async () => {
    await ses.control({ events: { reorder: 1 } });
    await ses.trigger("bounce", "late@example.org");
    await ses.reset();
    await ses.trigger("complaint", "soon@example.org");
    await until(() => subscriber.received[1]);
    const types = subscriber.received.map(({ message }) => JSON.parse(message["Message"] ?? ""));
    expect(types.map(({ eventType }) => eventType)).toEqual(["Complaint", "Bounce"]);
  });
});

it("should keep the account's suppression list as SES does", async () => {
  const EmailAddress = "listed@example.org";
  await client.send(new PutSuppressedDestinationCommand({ EmailAddress, Reason: "BOUNCE" }));
  const { SuppressedDestinationSummaries } = await client.send(
    new ListSuppressedDestinationsCommand({}),
  );
  const listed = expect.objectContaining({ EmailAddress, Reason: "BOUNCE" });
  expect(SuppressedDestinationSummaries).toContainEqual(listed);
  const messageId = await send(EmailAddress);
  expect(told(await eventsOf(messageId, 2))).toEqual([
    SENT,
    "Bounce: Permanent, OnAccountSuppressionList",
  ]);
  await client.send(new DeleteSuppressedDestinationCommand({ EmailAddress }));
  await expect(
    client.send(new GetSuppressedDestinationCommand({ EmailAddress })),
  ).rejects.toMatchObject({ name: "NotFoundException" });
});

it("should answer what a set-up asks of identities and configuration sets", async () => {
  const identity = await client.send(new GetEmailIdentityCommand({ EmailIdentity: "example.com" }));
  expect(identity).toMatchObject({ IdentityType: "DOMAIN", VerifiedForSendingStatus: true });
  const destinations = async (ConfigurationSetName: string) =>
    (await client.send(new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName })))
      .EventDestinations?.[0]?.MatchingEventTypes;
  expect(await destinations("sendoff")).toContain("CLICK");
  expect(await destinations("sendoff-security")).not.toContain("CLICK");
});
