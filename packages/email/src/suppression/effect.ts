// Which of SES's bounces and complaints say something about the recipient's address.

/**
 * `permanent`: the mailbox does not exist or refuses us. `soft`: this time it did not work.
 * `complaint`: the person does not want it. `not-spam`: a complaint was taken back. `message`: this
 * message did not arrive, and the mailbox is not to blame.
 */
export type Effect = "permanent" | "soft" | "complaint" | "not-spam" | "message";

/** The fields that SES fills in only from a delivery status notification. */
export const REPORTED = ["action", "status", "diagnosticCode"];

/**
 * The effect of a Bounce event on one recipient.
 *
 * SES publishes an out-of-office reply (RFC 3834) as a Bounce of type Transient and sub-type
 * General, in addition to the Delivery. It publishes the same type for a server that was not
 * reached for 14 hours, and for one that refuses us by its DMARC policy. These two have the fields of
 * a delivery status notification (RFC 3464), and an out-of-office reply has none. We use this
 * difference: otherwise a server that is gone for good would count as an out-of-office reply. A
 * reply that SES does not recognise comes as Undetermined, without a recipient.
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
  // A type that SES adds later counts as soft.
  return "soft";
}

const isText = (value: unknown) => typeof value === "string" && value !== "";

/** Sub-types of Transient whose cause is the message, or our own time limit. */
const OF_THE_MESSAGE = new Set<unknown>([
  "MessageTooLarge",
  "ContentRejected",
  "AttachmentRejected",
  // Our MaxDeliverySeconds is over.
  "CustomTimeoutExceeded",
]);

/**
 * The effect of a Complaint event.
 * https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#complaint-object
 */
export function complaintEffect(body: Record<string, unknown>): Effect | undefined {
  switch (body.complaintFeedbackType) {
    // A person has moved the email out of the spam folder (RFC 6430).
    case "not-spam":
      return "not-spam";
    // A server reports that it could not authenticate the message (RFC 6591). No person complains.
    case "auth-failure":
      return undefined;
    default:
      return "complaint";
  }
}

/** Whether an event with this effect may change the suppression of its recipient. */
export function mayChangeSuppression({ effect }: { effect?: Effect | undefined }): boolean {
  return effect !== undefined && effect !== "message";
}
