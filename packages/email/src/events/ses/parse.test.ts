import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { captured } from "./captured.ts";
import {
  AT,
  FEEDBACK,
  asNotification,
  bounce,
  click,
  complaint,
  delay,
  delivery,
  mail,
  open,
  outOfOffice,
  reject,
  renderingFailure,
  send,
  subscription,
} from "./fixtures.ts";
import { parseSesEvent } from "./parse.ts";

const PUBLISHED_AT = new Date("2026-11-28T12:00:05.000Z");
const parse = (event: object) => parseSesEvent(JSON.stringify(event), PUBLISHED_AT);
const ONE = ["name@example.com"];
const BOTH = ["other@example.com", "name@example.com"];

type Documented = [
  name: string,
  event: { eventType: string; mail: object },
  recipients: string[],
  effect?: string | undefined,
  type?: string,
];
const bounces = [
  // "remove the recipient's email address from your mailing list"
  ["Permanent", "General", "permanent"],
  ["Permanent", "NoEmail", "permanent"],
  // "has a recent history of bouncing as an invalid address"
  ["Permanent", "Suppressed", "permanent"],
  ["Permanent", "OnAccountSuppressionList", "permanent"],
  // They left a contact list of SES's, which says nothing about the mailbox.
  ["Permanent", "UnsubscribedRecipient", "message"],
  // "may be able to successfully send a message to this recipient in the future"
  ["Transient", "General", "soft"],
  ["Transient", "MailboxFull", "soft"],
  // "if you reduce the size of the message"
  ["Transient", "MessageTooLarge", "message"],
  // Not delivered within the time that the sender set.
  ["Transient", "CustomTimeoutExceeded", "message"],
  // "if you change the content of the message"
  ["Transient", "ContentRejected", "message"],
  // "if you remove or change the attachment"
  ["Transient", "AttachmentRejected", "message"],
  // A type to come.
  ["Odd", "Odder", "soft"],
] as const;
const complaints = [
  ["abuse", "complaint"],
  ["fraud", "complaint"],
  ["other", "complaint"],
  ["virus", "complaint"],
  ["to-come", "complaint"],
  // A server's report.
  ["auth-failure", undefined],
  ["not-spam", "not-spam"],
] as const;
const delays = [
  "InternalFailure",
  "General",
  "MailboxFull",
  "SpamDetected",
  "RecipientServerError",
  "IPFailure",
  "TransientCommunicationFailure",
  "BYOIPHostNameLookupUnavailable",
  "Undetermined",
  "SendingDeferral",
];
const onAccountList = complaint({ complaintSubType: "OnAccountSuppressionList" });

// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
const documented: Documented[] = [
  ["Send", send, BOTH],
  ["Delivery", delivery, ONE],
  ["Reject", reject, BOTH],
  ["Rendering Failure", renderingFailure, BOTH, undefined, "RenderingFailure"],
  ["Open", open, BOTH],
  ["Click", click, BOTH],
  ["Subscription", subscription, BOTH],
  ...bounces.map(([type, sub, effect]): Documented => [
    `Bounce, ${type}, ${sub}`,
    bounce(type, sub),
    ONE,
    effect,
  ]),
  ["Bounce, Undetermined", bounce("Undetermined", "Undetermined", {}), ONE, "soft"],
  ["Bounce, out of office", outOfOffice, ONE],
  ...complaints.map(([type, effect]): Documented => [
    `Complaint, ${type}`,
    complaint({ complaintFeedbackType: type }),
    ONE,
    effect,
  ]),
  ["Complaint without feedback", complaint(), ONE, "complaint"],
  ["Complaint, OnAccountSuppressionList", onAccountList, ONE, "complaint"],
  ...delays.map((type): Documented => [`DeliveryDelay, ${type}`, delay(type), ONE]),
  ["a type to come", { eventType: "Something New", mail }, BOTH, undefined, "SomethingNew"],
];

describe.each(documented)("%s", (_name, event, recipients, effect, type = event.eventType) => {
  it("should have the right recipients and the right effect", () => {
    const parsed = parse(event);
    expect(parsed.map(({ recipient }) => recipient)).toEqual(recipients);
    for (const one of parsed) {
      expect(one).toMatchObject({
        sesMessageId: "0100message-0000",
        messageId: "018f0000-0000-7000-8000-000000000001",
        type,
      });
      expect(one.effect).toBe(effect);
      expect(one.occurredAt.getTime()).not.toBeNaN();
    }
  });

  it("should read the same from an identity's notification, except our tag", () => {
    const parsed = parse(asNotification(event));
    const expected = parse(event).map((one) => ({ ...one, messageId: undefined }));
    expect(parsed).toEqual(expected);
  });
});

it.each(captured)("should read $what", ({ event, recipients, effect }) => {
  const type = event.eventType ?? event.notificationType;
  const parsed = parse(event);
  expect(parsed.map(({ recipient }) => recipient)).toEqual(recipients);
  for (const one of parsed) {
    expect(one).toMatchObject({ sesMessageId: "0100message-0000", type, occurredAt: new Date(AT) });
    expect(one.effect).toBe(effect);
  }
});

it.each(["action", "status", "diagnosticCode"])(
  "should count as soft what a server reported, if only by its %s",
  (name) => {
    const [one] = parse(bounce("Transient", "General", { [name]: "4.4.7" }));
    expect(one).toMatchObject({ type: "Bounce", effect: "soft" });
  },
);

it("should take each of several recipients by itself", () => {
  const event = bounce("Permanent", "General");
  const { bouncedRecipients } = event.bounce;
  event.bounce.bouncedRecipients = [
    ...bouncedRecipients,
    { emailAddress: "Second <second@example.com>" },
  ];
  expect(parse(event).map(({ recipient }) => recipient)).toEqual([
    "name@example.com",
    "Second <second@example.com>",
  ]);
});

describe("an event that names somebody else than its message went to", () => {
  const went = (event: object, ...destination: string[]) => ({
    ...event,
    mail: { ...mail, destination },
  });

  it.each([
    ["a bounce", bounce("Permanent", "General"), "permanent"],
    ["a complaint", complaint(), "complaint"],
    ["a delay", delay("General"), undefined],
  ])(
    "should act on the recipient of its message, by %s, and keep the other as evidence",
    (_what, event, effect) => {
      const parsed = parse(went(event, "Alias <alias@attacker.example>"));
      expect(parsed).toHaveLength(1);
      expect(parsed[0]).toMatchObject({
        recipient: "Alias <alias@attacker.example>",
        detail: { named: "name@example.com" },
      });
      expect(parsed[0]?.effect).toBe(effect);
    },
  );

  it("should act once on its only recipient, whatever else a server reports", () => {
    const event = bounce("Permanent", "General");
    event.bounce.bouncedRecipients = [
      "victim@example.net",
      "NAME@Example.com",
      "other@example.net",
    ].map((emailAddress) => ({ emailAddress }));
    const [one, ...more] = parse(went(event, "name@example.com"));
    expect(more).toEqual([]);
    expect(one).toMatchObject({
      recipient: "NAME@Example.com",
      effect: "permanent",
      detail: { named: "victim@example.net, other@example.net" },
    });
  });

  it.each([
    ["several", ["one@example.com", "two@example.com"]],
    ["nobody that is known", []],
  ])("should act on nobody, where it went to %s", (_whom, destination) => {
    const [one] = parse(went(bounce("Permanent", "General"), ...destination));
    expect(one).toMatchObject({ recipient: "name@example.com", effect: "message" });
  });

  it("should treat a complaint that names nobody as that of the only recipient", () => {
    const event = complaint({ complainedRecipients: [] });
    expect(parse(went(event, "name@example.com"))).toMatchObject([
      { recipient: "name@example.com", effect: "complaint" },
    ]);
    expect(parse(event)).toEqual([]);
  });
});

it("should know an event by its feedback id, or else by its time", () => {
  expect(parse(complaint())[0]?.dedupeKey).toBe(FEEDBACK);
  expect(parse(delivery)[0]).toMatchObject({ dedupeKey: AT, occurredAt: new Date(AT) });
  expect(parse(send)[0]?.dedupeKey).toBe(mail.timestamp);
});

it.each([
  ["none", undefined],
  ["one that is no time", "soon"],
  ["one that PostgreSQL cannot hold", "+275760-09-13T00:00:00Z"],
])("should know an event by the time that SNS signed, where its own is %s", (_, timestamp) => {
  expect(parse({ ...send, mail: { ...mail, timestamp } })[0]).toMatchObject({
    dedupeKey: PUBLISHED_AT.toISOString(),
    occurredAt: PUBLISHED_AT,
  });
});

it("should keep what helps a person, and no secret, header or address of a reader", () => {
  expect(parse(bounce("Permanent", "General"))[0]?.detail).toEqual({
    bounceType: "Permanent",
    bounceSubType: "General",
    reportingMTA: "dns; mta.example.com",
    action: "failed",
    status: "5.1.1",
    diagnosticCode: "smtp; 550 5.1.1 said the server",
  });
  expect(parse(click)[0]?.detail).toEqual({
    userAgent: "Mozilla/5.0",
    link: "https://example.com/reset-password",
  });
  const all = JSON.stringify(documented.map(([, event]) => parse(event)));
  expect(all).not.toMatch(/secret|192\.0\.2|A subject|hello@/);
});

it("should keep no token of an email that a server quotes", () => {
  const token = "Zk3v9QmR7-abcdefghijklmnopqrstuvwxyz_0123456";
  const link = `https://example.com/reset-password?token=${token}`;
  const diagnosticCode = `smtp; 554 5.7.1 Blocked: ${link} is listed; ${token}`;
  const [one] = parse(bounce("Transient", "ContentRejected", { diagnosticCode }));
  expect(one?.detail).toMatchObject({
    diagnosticCode:
      "smtp; 554 5.7.1 Blocked: https://example.com/reset-password?… is listed; [long]",
  });
});

it.each(["x", "http://"])("should limit what it keeps of a server's answer: %s", (part) => {
  const [one] = parse(
    bounce("Permanent", "General", { status: "5.0.0", diagnosticCode: part.repeat(100_000) }),
  );
  expect(JSON.stringify(one?.detail).length).toBeLessThan(1_000);
});

it.each([
  ["no JSON", "Hello"],
  ["no object", "[]"],
  ["no type", JSON.stringify({ mail })],
  ["no id of a message", JSON.stringify({ eventType: "Send", mail: { timestamp: AT } })],
  [
    "an id too long to be one",
    JSON.stringify({ eventType: "Send", mail: { ...mail, messageId: "x".repeat(3000) } }),
  ],
])("should refuse, for good, what has %s", (_name, message) => {
  expect(() => parseSesEvent(message, PUBLISHED_AT)).toThrow(
    expect.objectContaining({ code: "MALFORMED_EVENT", retryable: false }),
  );
});

it("should accept SES's notice that it may publish to the topic", () => {
  const message = "Successfully validated SNS topic for Amazon SES event publishing.";
  expect(parseSesEvent(message, PUBLISHED_AT)).toEqual([]);
});

it("should read or refuse any input, and never throw another error", () => {
  const names = ["eventType", "notificationType", "mail", "bounce", "complaint", "messageId"];
  const keys = fc.oneof(fc.constantFrom(...names, "destination", "timestamp"), fc.string());
  const anything = fc.dictionary(keys, fc.jsonValue() as fc.Arbitrary<unknown>);
  const types = fc.constantFrom("Bounce", "Complaint", "Click");
  fc.assert(
    fc.property(anything, anything, types, (a, b, eventType) => {
      const about = { bounce: b, complaint: b, click: b, mail: { ...mail, ...b } };
      try {
        const parsed = parse({ eventType, ...a, ...about });
        for (const one of parsed) expect(typeof one.recipient).toBe("string");
      } catch (error) {
        expect(error).toMatchObject({ code: "MALFORMED_EVENT" });
      }
    }),
  );
});
