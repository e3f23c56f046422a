// What counts: which of SES's bounces and complaints say something of a person's address.

/**
 * `permanent`: the mailbox does not exist or refuses us. `soft`: this time it did not work.
 * `complaint`: the person does not want it. `not-spam`: a complaint was taken back. `message`: this
 * message did not arrive, and the mailbox is not to blame.
 */
export type Effect = "permanent" | "soft" | "complaint" | "not-spam" | "message";

/** What SES fills in from a delivery status notification, and only from one. */
export const REPORTED = ["action", "status", "diagnosticCode"];

/**
 * An out-of-office reply comes as a Bounce of Transient, General, beside the Delivery. So does a
 * server that was not reached for 14 hours, and one that refuses us by DMARC policy. What tells
 * them apart: those are told by a delivery status notification (RFC 3464), which a person's
 * reply (RFC 3834) is not. By the sub-type alone, a server that is gone for good would be on
 * holiday for ever. A reply that SES does not recognise comes as Undetermined, of nobody.
 * https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounced-recipients
 */
export function bounceEffect(
  body: Record<string, unknown>,
  recipient: Record<string, unknown>,
): Effect | undefined {
  const { bounceType, bounceSubType } = body;
  if (bounceType === "Permanent") {
    return bounceSubType === "UnsubscribedRecipient" ? "message" : "permanent";
  }
  if (bounceType === "Transient" && OF_THE_MESSAGE.has(bounceSubType)) return "message";
  const reported = REPORTED.some((name) => isText(recipient[name]));
  if (bounceType === "Transient" && bounceSubType === "General" && !reported) return undefined;
  // A type that SES adds is counted before it is believed.
  return "soft";
}

const isText = (value: unknown) => typeof value === "string" && value !== "";

/** Sub-types of Transient that blame the message, or the time that we gave it. */
const OF_THE_MESSAGE = new Set<unknown>([
  "MessageTooLarge",
  "ContentRejected",
  "AttachmentRejected",
  // Our MaxDeliverySeconds is over.
  "CustomTimeoutExceeded",
]);

/** https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#complaint-object */
export function complaintEffect(body: Record<string, unknown>): Effect | undefined {
  switch (body.complaintFeedbackType) {
    // A person has moved it out of the spam (RFC 6430).
    case "not-spam":
      return "not-spam";
    // A server reports that it could not authenticate the message (RFC 6591). No person complains.
    case "auth-failure":
      return undefined;
    default:
      return "complaint";
  }
}
