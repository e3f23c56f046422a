// Events in the shapes that SES publishes, written for these tests. The shapes are those of
// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html and
// https://docs.aws.amazon.com/ses/latest/dg/notification-examples.html, except where a fixture says
// otherwise.

export const AT = "2030-01-02T03:04:05.678Z";
export const FEEDBACK = "0100feedback-0000";

/**
 * `mail` with a second recipient. Only events about the whole message, like Send, are about that
 * recipient too.
 */
export const mail = {
  timestamp: "2030-01-02T03:04:00.000Z",
  messageId: "0100message-0000",
  source: "Sender <hello@example.com>",
  sourceArn: "arn:aws:ses:us-east-1:123456789012:identity/example.com",
  sendingAccountId: "123456789012",
  destination: ["other@example.com", "name@example.com"],
  headersTruncated: false,
  headers: [{ name: "Subject", value: "A subject" }],
  commonHeaders: { from: ["hello@example.com"], subject: "A subject" },
  tags: {
    "ses:configuration-set": ["set"],
    "message-id": ["018f0000-0000-7000-8000-000000000001"],
    template: ["welcome"],
  },
};

const smtp = (status: string) => ({
  action: "failed",
  status,
  diagnosticCode: `smtp; 550 ${status} said the server`,
});

export const bounce = (type: string, subType: string, recipient: object = smtp("5.1.1")) => ({
  eventType: "Bounce",
  bounce: {
    bounceType: type,
    bounceSubType: subType,
    bouncedRecipients: [{ emailAddress: "name@example.com", ...recipient }],
    timestamp: AT,
    feedbackId: FEEDBACK,
    reportingMTA: "dns; mta.example.com",
  },
  mail,
});

/** A person's reply is not a delivery status notification, so SES knows only the address. */
export const outOfOffice = bounce("Transient", "General", {});

export const complaint = (more: object = {}) => ({
  eventType: "Complaint",
  complaint: {
    complainedRecipients: [{ emailAddress: "name@example.com" }],
    timestamp: AT,
    feedbackId: FEEDBACK,
    complaintSubType: null,
    userAgent: "Feedback Loop/1.0",
    arrivalDate: AT,
    ...more,
  },
  mail,
});

export const delivery = {
  eventType: "Delivery",
  delivery: {
    timestamp: AT,
    processingTimeMillis: 546,
    recipients: ["name@example.com"],
    smtpResponse: "250 ok",
    reportingMTA: "mta.example.com",
  },
  mail,
};

export const delay = (delayType: string) => ({
  eventType: "DeliveryDelay",
  deliveryDelay: {
    timestamp: AT,
    delayType,
    expirationTime: "2030-01-02T17:04:05.678Z",
    delayedRecipients: [
      { emailAddress: "name@example.com", status: "4.4.1", diagnosticCode: "smtp; 421 later" },
    ],
  },
  mail,
});

export const send = { eventType: "Send", send: {}, mail };
export const reject = { eventType: "Reject", reject: { reason: "Bad content" }, mail };
export const renderingFailure = {
  eventType: "Rendering Failure",
  failure: { templateName: "welcome", errorMessage: "Attribute 'token' = 'secret' is missing" },
  mail,
};
export const open = {
  eventType: "Open",
  open: { ipAddress: "192.0.2.1", timestamp: AT, userAgent: "Mozilla/5.0" },
  mail,
};
export const click = {
  eventType: "Click",
  click: {
    ipAddress: "192.0.2.1",
    timestamp: AT,
    userAgent: "Mozilla/5.0",
    link: "https://example.com/reset-password?token=secret#secret",
    linkTags: { "ses:link": ["reset"] },
  },
  mail,
};
export const subscription = {
  eventType: "Subscription",
  subscription: {
    contactList: "news",
    timestamp: AT,
    source: "UnsubscribeHeader",
    newTopicPreferences: { unsubscribeAll: true, topicSubscriptionStatus: [] },
    oldTopicPreferences: { unsubscribeAll: false, topicSubscriptionStatus: [] },
  },
  mail,
};

/** The older form: an identity's own notification has no tags and another name for its type. */
export function asNotification(event: { eventType: string; mail: object }): object {
  const { eventType, mail: whole, ...rest } = event;
  return { notificationType: eventType, ...rest, mail: { ...whole, tags: undefined } };
}
