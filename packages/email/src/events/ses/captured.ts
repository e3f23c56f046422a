// Events in shapes that others have received from SES, and that AWS's pages do not show. The
// shapes are those of the source; names, addresses, ids and texts are ours.
import type { Effect } from "../../suppression/effect.ts";
import { AT, FEEDBACK } from "./fixtures.ts";

export interface Captured {
  what: string;
  /** Where it was seen. */
  source: string;
  event: { eventType?: string; notificationType?: string; [about: string]: unknown };
  recipients: string[];
  effect?: Effect;
}

/** `mail` without headers: in an older form, or if the topic does not ask for headers. */
const mail = (...destination: string[]) => ({
  timestamp: "2030-01-02T03:04:00.000Z",
  source: "hello@example.com",
  sourceArn: "arn:aws:ses:us-east-1:123456789012:identity/example.com",
  sourceIp: "192.0.2.1",
  callerIdentity: "sender",
  sendingAccountId: "123456789012",
  messageId: "0100message-0000",
  destination,
});

const bounce = (type: string, subType: string, ...bouncedRecipients: object[]) => ({
  feedbackId: FEEDBACK,
  bounceType: type,
  bounceSubType: subType,
  bouncedRecipients,
  timestamp: AT,
});

const RELAY = "https://github.com/mozilla/fx-private-relay (emails/tests)";
const OOTO =
  "https://exchangetuts.com/distinguish-bounce-and-ooto-with-amazon-ses-1640162463579344";

export const captured: Captured[] = [
  {
    what: "an out-of-office reply of the mailbox simulator",
    source: `${RELAY}, ooto_bounce_notification_from_simulator_ses_body.json`,
    event: {
      notificationType: "Bounce",
      bounce: bounce("Transient", "General", { emailAddress: "ooto@simulator.amazonses.com" }),
      mail: mail("ooto@simulator.amazonses.com"),
    },
    recipients: ["ooto@simulator.amazonses.com"],
  },
  {
    what: "an out-of-office reply, its sender with a quoted name",
    source: "https://github.com/wireapp/wire-server (services/brig/test/unit/Test/Brig/Aws.hs)",
    event: {
      notificationType: "Bounce",
      bounce: bounce("Transient", "General", {
        emailAddress: '"Name, a \\"title\\"" <name@example.com>',
      }),
      mail: mail("name@example.com"),
    },
    recipients: ['"Name, a \\"title\\"" <name@example.com>'],
  },
  {
    what: "an out-of-office reply that SES did not recognise, without a recipient",
    source: OOTO,
    event: {
      notificationType: "Bounce",
      bounce: bounce("Undetermined", "Undetermined"),
      mail: mail("name@example.com"),
    },
    recipients: [],
  },
  {
    what: "a delivery whose destination is in angle brackets",
    source:
      "https://php.tutorialink.com/both-delivery-and-bounce-sns-notifications-after-sending-via-aws-ses",
    event: {
      notificationType: "Delivery",
      mail: mail("<name@example.com>"),
      delivery: {
        timestamp: AT,
        processingTimeMillis: 660,
        recipients: ["name@example.com"],
        smtpResponse: "250 2.6.0 Message received",
        reportingMTA: "a1-1.smtp-out.amazonses.com",
        remoteMtaIp: "192.0.2.2",
      },
    },
    recipients: ["name@example.com"],
  },
  {
    what: "a server that was not reached for 14 hours",
    source: "https://github.com/Notifuse/notifuse/issues/323",
    event: {
      notificationType: "Bounce",
      bounce: {
        ...bounce("Transient", "General", {
          emailAddress: "name@example.com",
          action: "failed",
          status: "4.4.7",
          diagnosticCode:
            "smtp; 554 4.4.7 Message expired: not delivered in 840 minutes.<421 4.4.0 No DNS>",
        }),
        reportingMTA: "dsn; a1-1.smtp-out.amazonses.com",
      },
      mail: mail("name@example.com"),
    },
    recipients: ["name@example.com"],
    effect: "soft",
  },
  {
    what: "a refusal by DMARC policy, which is Transient although its code is 550",
    source: "https://github.com/guardian/archivehunter (test/SendEmailActorSpec.scala)",
    event: {
      eventType: "Bounce",
      bounce: bounce("Transient", "General", {
        emailAddress: "name@example.com",
        action: "failed",
        status: "5.7.1",
        diagnosticCode: "smtp; 550-5.7.1 not accepted due to\n550-5.7.1 DMARC policy",
      }),
      mail: mail("name@example.com"),
    },
    recipients: ["name@example.com"],
    effect: "soft",
  },
  {
    what: "a sub-type that no page names",
    source: `${RELAY}, soft_bounce_sns_body.json`,
    event: {
      notificationType: "Bounce",
      bounce: bounce("Transient", "SomethingOfTheirOwn", {
        emailAddress: "name@example.com",
        action: "failed",
        status: "5.1.1",
        diagnosticCode: "Amazon SES did not send the message",
      }),
      mail: mail("name@example.com"),
    },
    recipients: ["name@example.com"],
    effect: "soft",
  },
  {
    what: "one of two recipients, with an empty diagnostic",
    source: "https://github.com/janis-commerce/aws-listener-test (lib/events/sns.js)",
    event: {
      notificationType: "Bounce",
      bounce: bounce("Permanent", "General", {
        emailAddress: "name@example.com",
        action: "failed",
        status: "5.1.1",
        diagnosticCode: "",
      }),
      mail: mail("other@example.com", "name@example.com"),
    },
    recipients: ["name@example.com"],
    effect: "permanent",
  },
  {
    what: "two of three recipients, without a delivery status notification",
    source: "https://github.com/anymail/django-anymail (tests/test_amazon_ses_webhooks.py)",
    event: {
      notificationType: "Bounce",
      bounce: bounce(
        "Permanent",
        "General",
        { emailAddress: "name@example.com" },
        { emailAddress: "second@example.com" },
      ),
      mail: mail("name@example.com", "other@example.com", "second@example.com"),
    },
    recipients: ["name@example.com", "second@example.com"],
    effect: "permanent",
  },
  {
    what: "SES's global suppression list",
    source: "https://github.com/carbon/Amazon (src/Amazon.Ses/Notifications/SesNotification.cs)",
    event: {
      notificationType: "Bounce",
      bounce: {
        ...bounce("Permanent", "Suppressed", {
          emailAddress: "suppressionlist@simulator.amazonses.com",
          action: "failed",
          status: "5.1.1",
          diagnosticCode: "Amazon SES has suppressed sending to this address.",
        }),
        reportingMTA: "dns; amazonses.com",
      },
      mail: mail("suppressionlist@simulator.amazonses.com"),
    },
    recipients: ["suppressionlist@simulator.amazonses.com"],
    effect: "permanent",
  },
  {
    what: "the suppression list of the mailbox simulator, which has no sub-type of its own",
    source: `${RELAY}, suppressionlist_bounce_notification_from_simulator_ses_body.json`,
    event: {
      notificationType: "Bounce",
      bounce: bounce("Permanent", "General", {
        emailAddress: "suppressionlist@simulator.amazonses.com",
        action: "failed",
        status: "5.1.1",
        diagnosticCode: "smtp; 550 5.1.1 user unknown ( blacklisted address )",
      }),
      mail: mail("suppressionlist@simulator.amazonses.com"),
    },
    recipients: ["suppressionlist@simulator.amazonses.com"],
    effect: "permanent",
  },
  {
    what: "a complaint of the mailbox simulator",
    source: `${RELAY}, ses_tests.py`,
    event: {
      notificationType: "Complaint",
      complaint: {
        feedbackId: FEEDBACK,
        complaintSubType: null,
        complainedRecipients: [{ emailAddress: "complaint@simulator.amazonses.com" }],
        timestamp: AT,
        userAgent: "Amazon SES Mailbox Simulator",
        complaintFeedbackType: "abuse",
        arrivalDate: AT,
      },
      mail: mail("complaint@simulator.amazonses.com"),
    },
    recipients: ["complaint@simulator.amazonses.com"],
    effect: "complaint",
  },
  {
    what: "a complaint whose times have an offset",
    source:
      "https://github.com/mattermost/mattermost (vendor/github.com/adroll/goamz/exp/ses/delivery_notification_requests_test.go)",
    event: {
      notificationType: "Complaint",
      complaint: {
        userAgent: "Feedback Loop (V0.01)",
        complainedRecipients: [{ emailAddress: "name@example.com" }],
        complaintFeedbackType: "abuse",
        arrivalDate: "2029-12-31T04:24:21.000-05:00",
        timestamp: "2030-01-01T20:04:05.678-07:00",
        feedbackId: FEEDBACK,
      },
      mail: mail("other@example.com", "name@example.com"),
    },
    recipients: ["name@example.com"],
    effect: "complaint",
  },
  {
    what: "SES's notice that an identity's notifications go to the topic",
    source: "https://github.com/AlexeyBeley/horey (message_ses_default.py)",
    event: {
      notificationType: "AmazonSnsSubscriptionSucceeded",
      message: "Your topic now receives 'Bounce' notifications for identity 'example.com'.",
    },
    recipients: [],
  },
];
