import { X509Certificate, verify } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PutSuppressedDestinationCommand, type SESv2Client } from "@aws-sdk/client-sesv2";
import type { SesLocalEvent } from "../client.ts";
import { startOwn } from "../testing/start.ts";
import { full } from "@repo/testing/full";
import { createTransport } from "nodemailer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createClient, email } from "../testing/client.ts";
import { startSubscriber } from "../testing/subscriber.ts";

let client: SESv2Client;

const subscriber = await startSubscriber();
const ses = await startOwn({ webhook: subscriber.url });
beforeAll(async () => {
  subscriber.sns = ses.url;
  client = createClient(ses.url);
  await ses.subscribed();
});
beforeEach(() => {
  subscriber.received = [];
});
// Waits for the events of all emails. A late event would use up an answer or a random number of the
// next test.
afterEach(async () => {
  await until(async () => {
    const events = await ses.events();
    const open = [...sent].filter((id) => {
      const own = events.filter((event) => event.messageId === id && !triggered.has(event.id));
      return own.length < 2 || !own.every(isSettled);
    });
    return open.length === 0 && events.filter(({ id }) => triggered.has(id)).every(isSettled);
  });
  sent.clear();
  triggered.clear();
  await ses.reset();
});
afterAll(async () => {
  client.destroy();
  await ses.stop();
  await subscriber.stop();
});

/** The emails of this test that have events. */
const sent = new Set<string>();
/** The events that this test has triggered, in addition to those of each email. */
const triggered = new Set<string>();
async function trigger(type: string, to: string): Promise<SesLocalEvent> {
  const event = await ses.trigger(type, to);
  triggered.add(event.id);
  return event;
}
/** Whether an event was dropped, or answered by the webhook. */
const isSettled = ({ deliveries }: SesLocalEvent) =>
  deliveries.length === 0 || deliveries.some(({ to }) => to === "webhook");

async function send(to: string, set = "app"): Promise<string> {
  const { MessageId = "" } = await client.send(
    email({
      Destination: { ToAddresses: [to] },
      ...(set && { ConfigurationSetName: set }),
      EmailTags: [{ Name: "message-id", Value: "ours" }],
    }),
  );
  if (set) sent.add(MessageId);
  return MessageId;
}

/** Calls `look` until its result is truthy. */
async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(10);
  }
}

/** Waits until a message has `count` answered events. @returns its events, oldest first */
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
  ["suppressionlist@simulator.amazonses.com", [SENT, "Bounce: Permanent, Suppressed"]],
])("should publish the events of an email to %s, as SES does", async (to, expected) => {
  const messageId = await send(to);
  expect(told(await eventsOf(messageId, expected.length))).toEqual(expected);
});

it("should sign its posts as SNS does, with the key of the certificate that it serves", async () => {
  for (const signatureVersion of ["1", "2"] as const) {
    await ses.control({ events: { signatureVersion } });
    subscriber.received = [];
    await send("name@example.org");
    const { headers, message } = await until(() => subscriber.received[0]);
    expect(headers).toMatchObject({
      "content-type": "text/plain; charset=UTF-8",
      "x-amz-sns-message-type": "Notification",
      "x-amz-sns-message-id": message["MessageId"],
      "x-amz-sns-topic-arn": "arn:aws:sns:us-east-1:000000000000:ses-events",
      "x-amz-sns-subscription-arn": expect.stringMatching(/:ses-events:[\da-f-]{36}$/),
    });
    expect(message).toMatchObject({
      Subject: "Amazon SES Email Event Notification",
      UnsubscribeURL: expect.stringMatching(/^https:\/\/sns\.us-east-1\.amazonaws\.com\/\?/),
    });
    expect(message["SignatureVersion"]).toBe(signatureVersion);
    const url = new URL(message["SigningCertURL"] ?? "");
    expect(url.href).toMatch(
      /^https:\/\/sns\.us-east-1\.amazonaws\.com\/SimpleNotificationService-[\da-f]{32}\.pem$/,
    );
    const pem = await (await fetch(`${ses.url}/sns${url.pathname}`)).text();
    const certificate = new X509Certificate(pem);
    expect(certificate.subject).toBe("CN=sns.amazonaws.com");
    const signed = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
      .map((name) => `${name}\n${message[name]}\n`)
      .join("");
    const digest = signatureVersion === "1" ? "sha1" : "sha256";
    const signature = Buffer.from(message["Signature"] ?? "", "base64");
    expect(verify(digest, Buffer.from(signed), certificate.publicKey, signature)).toBe(true);
    // Wait for the email's other event, or the next round would read it.
    await until(() => subscriber.received[1]);
  }
});

it("should publish in SES's form, with our tags", async () => {
  await send("bounce@simulator.amazonses.com");
  const bounced = await until(() =>
    subscriber.received.find(({ message }) => message["Message"]?.includes('"eventType":"Bounce"')),
  );
  expect(JSON.parse(bounced.message["Message"] ?? "")).toMatchObject({
    mail: {
      destination: ["bounce@simulator.amazonses.com"],
      tags: { "message-id": ["ours"], "ses:configuration-set": ["app"] },
      commonHeaders: { subject: "Hello" },
    },
    bounce: { bouncedRecipients: [{ emailAddress: "bounce@simulator.amazonses.com" }] },
  });
});

it("should confirm a subscription by the token that it posted, and by no other", async () => {
  const confirm = (token: string) =>
    fetch(
      `${ses.url}/sns/?${new URLSearchParams({
        Action: "ConfirmSubscription",
        TopicArn: "arn:aws:sns:us-east-1:000000000000:ses-events",
        Token: token,
      })}`,
    );
  const late = await startSubscriber();
  const other = await startOwn({ webhook: late.url });
  try {
    // It has not confirmed yet, so it gets nothing but the confirmation message.
    const { message } = await until(() => late.received[0]);
    expect(message["Type"]).toBe("SubscriptionConfirmation");
    await other.trigger("bounce", "name@example.org");
    expect((await confirm("guessed")).status).toBe(400);
    expect(late.received.every(({ message: { Type } }) => Type !== "Notification")).toBe(true);
    late.sns = other.url;
    await other.subscribed();
    await other.trigger("delay", "name@example.org");
    await until(() => late.received.find(({ message: { Type } }) => Type === "Notification"));
  } finally {
    await other.stop();
    await late.stop();
  }
});

it("should publish about the named recipient of several", async () => {
  const { MessageId = "" } = await client.send(
    email({
      Destination: { ToAddresses: ["one@example.org", "Two@example.org"] },
      ConfigurationSetName: "app",
    }),
  );
  await eventsOf(MessageId, 3);
  const event = await trigger("bounce", "two@example.org");
  expect(event).toMatchObject({
    recipient: "Two@example.org",
    payload: { bounce: { bouncedRecipients: [{ emailAddress: "Two@example.org" }] } },
  });
  expect(event.payload).toMatchObject({
    mail: { destination: ["one@example.org", "Two@example.org"] },
  });
});

it("should publish events of an email that came by SMTP", async () => {
  const transport = createTransport({ host: "127.0.0.1", port: ses.smtpPort });
  await transport.sendMail({
    from: "hello@example.com",
    to: "bounce+smtp@simulator.amazonses.com",
    subject: "Hello",
    text: "Hi",
    headers: { "X-SES-CONFIGURATION-SET": "app", "X-SES-MESSAGE-TAGS": "message-id=smtp" },
  });
  const bounced = await until(async () =>
    (await ses.events()).find(
      ({ type, recipient }) => type === "Bounce" && recipient.includes("+smtp@"),
    ),
  );
  sent.add(bounced.messageId);
  expect(bounced.payload).toMatchObject({ mail: { tags: { "message-id": ["smtp"] } } });
});

it.runIf(full)(
  "should deliver every event of a burst",
  async () => {
    const count = 1_000;
    for (let i = 0; i < count; i += 50) {
      await Promise.all(Array.from({ length: 50 }, () => send("burst@example.org")));
    }
    const delivered = () =>
      new Set(
        subscriber.received
          .map(({ message }) => JSON.parse(message["Message"] ?? ""))
          .filter(({ eventType, mail }) => eventType === "Delivery" && sent.has(mail.messageId))
          .map(({ mail }) => mail.messageId),
      );
    await until(() => subscriber.received.length >= 2 * count);
    expect(delivered()).toEqual(sent);
    // Only the last 2,000 events are kept, so afterEach could not find all of these.
    sent.clear();
  },
  60_000,
);

it("should publish no events of an email without a configuration set", async () => {
  await send("quiet@example.org", "");
  const messageId = await send("loud@example.org");
  await eventsOf(messageId, 2);
  const [quiet] = await ses.inbox({ to: "quiet@example.org" });
  expect(quiet).toMatchObject({ configurationSet: null, events: [] });
});

it("should publish no opens and clicks of security mail", async () => {
  await send("secure@example.org", "app-security");
  await expect(trigger("click", "secure@example.org")).rejects.toThrow("publishes no such event");
  await send("open@example.org");
  const opened = await trigger("open", "open@example.org");
  expect(opened.type).toBe("Open");
  await until(async () => {
    const event = (await ses.events()).find(({ id }) => id === opened.id);
    return event && event.deliveries.length > 0 && isSettled(event);
  });
});

it("should try again after a 503, as SNS does, and not after a 400", async () => {
  subscriber.answers = [503, 200];
  const again = await trigger("bounce", "again@example.org");
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
  const once = await trigger("bounce", "once@example.org");
  await eventsOf(once.messageId, 1);
  await trigger("bounce", "next@example.org");
  await until(() => subscriber.received[1]);
  expect(subscriber.received).toHaveLength(2);
});

describe("faults", () => {
  it("should post an event twice", async () => {
    await ses.control({ events: { duplicate: 1 } });
    await trigger("delay", "twice@example.org");
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

  it("should answer SendEmail even if the event before the answer is dropped", async () => {
    await ses.control({ events: { beforeResponse: 1, drop: 1 } });
    expect(await send("never-told@example.org")).toBeTruthy();
  });

  it("should drop the same events for the same seed", async () => {
    const dropped = async () => {
      await ses.control({ seed: 7, events: { drop: 0.5 } });
      const ids: string[] = [];
      for (let i = 0; i < 12; i++) ids.push((await trigger("delay", "seed@example.org")).id);
      const events = await ses.events();
      return ids.map((id) => events.find((event) => event.id === id)?.deliveries.length === 0);
    };
    const first = await dropped();
    expect(new Set(first)).toEqual(new Set([true, false]));
    expect(await dropped()).toEqual(first);
  });

  it("should drop an event, and show that nobody got it", async () => {
    await ses.control({ events: { drop: 1 } });
    const { id } = await trigger("bounce", "dropped@example.org");
    await ses.reset();
    await trigger("bounce", "kept@example.org");
    await until(() => subscriber.received[0]);
    expect((await ses.events()).find((event) => event.id === id)?.deliveries).toEqual([]);
  });

  it("should deliver a later event first", async () => {
    await ses.control({ events: { reorder: 1 } });
    await trigger("bounce", "late@example.org");
    await ses.reset();
    await trigger("complaint", "soon@example.org");
    await until(() => subscriber.received[1]);
    const types = subscriber.received.map(({ message }) => JSON.parse(message["Message"] ?? ""));
    expect(types.map(({ eventType }) => eventType)).toEqual(["Complaint", "Bounce"]);
  });
});

it("should bounce email to an address on the account's suppression list", async () => {
  const EmailAddress = "listed@example.org";
  await client.send(new PutSuppressedDestinationCommand({ EmailAddress, Reason: "BOUNCE" }));
  const messageId = await send(EmailAddress);
  expect(told(await eventsOf(messageId, 2))).toEqual([
    SENT,
    "Bounce: Permanent, OnAccountSuppressionList",
  ]);
});
