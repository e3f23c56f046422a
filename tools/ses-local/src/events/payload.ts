import { randomUUID } from "node:crypto";
import { parseMime } from "../ses/mime.ts";
import type { Kept } from "../inbox/store.ts";

/** The kinds of events. The inbox's buttons and `pnpm ses:trigger` use these names. */
export const KINDS = [
  "send",
  "delivery",
  "bounce",
  "soft-bounce",
  "out-of-office",
  "suppressed",
  "suppressed-globally",
  "complaint",
  "delay",
  "reject",
  "rendering-failure",
  "open",
  "click",
  "subscription",
] as const;
export type Kind = (typeof KINDS)[number];

/** The parts of a message that SES repeats in its events. */
export interface About {
  messageId: string;
  recipients: string[];
  tags: Record<string, string>;
  configurationSet: string;
  at: string;
  /** The fields of its header. Empty for an unknown message. */
  headers: { name: string; value: string }[];
}

export interface Published {
  type: string;
  /** One line. */
  summary: string;
  payload: object;
}

export const about = (message: Kept, source: Buffer): About => ({
  ...message,
  configurationSet: message.configurationSet ?? "",
  headers: parseMime(source).fields.map(({ name, value }) => ({ name, value })),
});

const UNKNOWN = { status: "5.1.1", diagnosticCode: "smtp; 550 5.1.1 user unknown" };
const FULL = { status: "4.2.2", diagnosticCode: "smtp; 452 4.2.2 mailbox is full" };

/**
 * Makes an event in the form that SES publishes.
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 *
 * @param recipient the recipient that the event is about
 */
export function publish(kind: Kind, message: About, recipient: string): Published {
  const timestamp = new Date().toISOString();
  const feedbackId = `0100${Date.now().toString(16).padStart(12, "0")}-${randomUUID()}-000000`;
  const event = (type: string, summary: string, key: string, own: object): Published => ({
    type,
    summary,
    payload: { eventType: type, mail: mail(message, type), [key]: own },
  });
  const bounce = (
    bounceType: string,
    bounceSubType: string,
    failure?: { status: string; diagnosticCode: string },
  ) =>
    event("Bounce", `${bounceType}, ${bounceSubType}`, "bounce", {
      bounceType,
      bounceSubType,
      bouncedRecipients: [
        { emailAddress: recipient, ...(failure && { action: "failed", ...failure }) },
      ],
      timestamp,
      feedbackId,
      reportingMTA: "dns; a8-31.smtp-out.amazonses.com",
    });
  const reader = { ipAddress: "192.0.2.1", timestamp, userAgent: "Mozilla/5.0" };

  switch (kind) {
    case "send":
      return event("Send", "accepted by SES", "send", {});
    case "delivery":
      return event("Delivery", "250 2.6.0 Message received", "delivery", {
        timestamp,
        processingTimeMillis: 546,
        recipients: [recipient],
        smtpResponse: "250 2.6.0 Message received",
        remoteMtaIp: "127.0.2.0",
        reportingMTA: "a8-31.smtp-out.amazonses.com",
      });
    case "bounce":
      return bounce("Permanent", "General", UNKNOWN);
    case "soft-bounce":
      return bounce("Transient", "MailboxFull", FULL);
    // A reply from the mailbox's owner. It comes without a delivery status notification.
    case "out-of-office":
      return bounce("Transient", "General");
    case "suppressed":
      return bounce("Permanent", "OnAccountSuppressionList", {
        status: "5.1.1",
        diagnosticCode: "The address is on the suppression list of the account.",
      });
    case "suppressed-globally":
      return bounce("Permanent", "Suppressed", {
        status: "5.1.1",
        diagnosticCode: "The address is on the suppression list of SES.",
      });
    case "complaint":
      return event("Complaint", "abuse", "complaint", {
        complainedRecipients: [{ emailAddress: recipient }],
        timestamp,
        feedbackId,
        complaintSubType: null,
        userAgent: "Amazon SES Mailbox Simulator",
        complaintFeedbackType: "abuse",
        arrivalDate: timestamp,
      });
    case "delay":
      return event("DeliveryDelay", "MailboxFull", "deliveryDelay", {
        timestamp,
        delayType: "MailboxFull",
        expirationTime: new Date(Date.now() + 14 * 3_600_000).toISOString(),
        delayedRecipients: [{ emailAddress: recipient, ...FULL }],
      });
    case "reject":
      return event("Reject", "Bad content", "reject", { reason: "Bad content" });
    case "rendering-failure":
      return event("Rendering Failure", "an attribute is missing", "failure", {
        templateName: message.tags["template"] ?? "template",
        errorMessage: "Attribute 'name' is not present in the rendering data.",
      });
    case "open":
      return event("Open", reader.userAgent, "open", reader);
    case "click":
      return event("Click", "https://example.com/", "click", {
        ...reader,
        link: "https://example.com/?from=email",
        linkTags: null,
      });
    case "subscription":
      return event("Subscription", "UnsubscribeHeader", "subscription", {
        contactList: "contacts",
        timestamp,
        source: "UnsubscribeHeader",
        newTopicPreferences: { unsubscribeAll: true, topicSubscriptionStatus: [] },
        oldTopicPreferences: { unsubscribeAll: false, topicSubscriptionStatus: [] },
      });
  }
}

function mail({ messageId, recipients, tags, configurationSet, at, headers }: About, type: string) {
  const value = (name: string) => headers.find((field) => field.name.toLowerCase() === name)?.value;
  const from = value("from") ?? "hello@example.com";
  const domain = from.split("@").pop()?.replace(/>$/, "") ?? "";
  const own = Object.fromEntries(Object.entries(tags).map(([name, tag]) => [name, [tag]]));
  return {
    timestamp: at,
    source: from,
    sourceArn: `arn:aws:ses:us-east-1:000000000000:identity/${domain}`,
    sendingAccountId: "000000000000",
    messageId,
    destination: recipients,
    headersTruncated: false,
    headers,
    commonHeaders: {
      from: [from],
      date: value("date"),
      to: recipients,
      messageId,
      subject: value("subject"),
    },
    tags: {
      "ses:operation": ["SendEmail"],
      "ses:configuration-set": [configurationSet],
      "ses:source-ip": ["192.0.2.1"],
      "ses:from-domain": [domain],
      "ses:caller-identity": ["ses-local"],
      ...(type === "Delivery" && { "ses:outgoing-ip": ["192.0.2.0"] }),
      ...own,
    },
  };
}
