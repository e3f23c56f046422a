import type { Prisma } from "@repo/db";
import { EmailError } from "../../error.ts";
import { addressKey } from "../address-key.ts";
import { type Effect, REPORTED, bounceEffect, complaintEffect } from "../../suppression/effect.ts";
import { isUuid } from "../../uuid.ts";
import { withoutSecrets } from "../../without-secrets.ts";
import type { SesEvent } from "../event.ts";

/**
 * Reads an event as SES publishes it to SNS: the form of a configuration set (`eventType`) and the
 * older one of an identity (`notificationType`). It returns one SesEvent for each recipient that
 * the event is about. An event has no effect on an address to which the message did not go.
 *
 * SES may add fields and types. An unknown type is stored and has no effect.
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 * https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
 *
 * @param message `Message` of the SNS notification
 * @param publishedAt its `Timestamp`, for an event that has no time of its own
 * @throws EmailError `MALFORMED_EVENT`, not retryable
 */
export function parseSesEvent(message: string, publishedAt: Date): SesEvent[] {
  // SES publishes this when a topic becomes a destination of events.
  if (message.startsWith("Successfully validated SNS topic")) return [];
  const event = object(parseJson(message));
  // SES publishes this when a topic becomes a destination of an identity's notifications.
  if (event.notificationType === "AmazonSnsSubscriptionSucceeded") return [];
  const name = key(event.eventType) ?? key(event.notificationType);
  const mail = object(event.mail);
  const sesMessageId = key(mail.messageId);
  if (!name || !sesMessageId) throw malformed();
  const type = name.replaceAll(" ", "");
  const body = object(event[KEYS[type] ?? lowerFirst(type)]);
  const occurredAt = time(body.timestamp) ?? time(mail.timestamp) ?? publishedAt;
  const about = readRecipients(type, body, mail);
  const feedbackId = key(body.feedbackId);
  return about.map(({ recipient, detail, effect }) => ({
    sesMessageId,
    messageId: text(list(object(mail.tags)["message-id"])[0]),
    type,
    recipient,
    dedupeKey: feedbackId ?? occurredAt.toISOString(),
    occurredAt,
    detail: storable({ ...detailOf(type, body, mail), ...detail }),
    effect,
  }));
}

/**
 * Reads only which of our messages an event names. It is for an event that is not stored as it is:
 * one that cannot be parsed, that has no recipient, or for which `onEvents` fails. Even such an
 * event proves that its message was sent.
 *
 * @returns one event at most: none if it names none of our messages
 */
export function parseUnprocessed(message: string, publishedAt: Date): SesEvent[] {
  let mail: Json;
  try {
    mail = object(object(JSON.parse(message)).mail);
  } catch {
    return [];
  }
  const messageId = text(list(object(mail.tags)["message-id"])[0]);
  if (messageId === undefined || !isUuid(messageId)) return [];
  const sesMessageId = key(mail.messageId) ?? "";
  const event = { type: "Unprocessed", recipient: "", dedupeKey: messageId, detail: {} };
  return [{ ...event, sesMessageId, messageId, occurredAt: publishedAt }];
}

/** The types whose own object has another name than the type. */
const KEYS: Record<string, string> = { RenderingFailure: "failure" };

interface About {
  recipient: string;
  detail?: Prisma.JsonObject;
  effect?: Effect;
}

function readRecipients(type: string, body: Json, mail: Json): About[] {
  const named = (value: unknown) =>
    list(value).flatMap((entry) => {
      const fields = object(entry);
      const recipient = key(entry) ?? key(fields.emailAddress);
      return recipient === undefined ? [] : [{ recipient, fields }];
    });
  const destinations = named(mail.destination);
  switch (type) {
    case "Bounce":
      return onlyOurRecipients(
        named(body.bouncedRecipients).map(({ recipient, fields }) => {
          const effect = bounceEffect(body, fields);
          return { recipient, detail: pick(fields, REPORTED), ...(effect && { effect }) };
        }),
        destinations,
      );
    case "Complaint": {
      const complained = named(body.complainedRecipients);
      // SES may not know who complained. If the message had one recipient, it was that one.
      const about =
        complained.length === 0 && destinations.length === 1 ? destinations : complained;
      const effect = complaintEffect(body);
      return onlyOurRecipients(
        about.map(({ recipient }) => ({ recipient, ...(effect && { effect }) })),
        destinations,
      );
    }
    case "Delivery":
      return named(body.recipients);
    case "DeliveryDelay":
      return onlyOurRecipients(
        named(body.delayedRecipients).map(({ recipient, fields }) => ({
          recipient,
          detail: pick(fields, ["status", "diagnosticCode"]),
        })),
        destinations,
      );
    default:
      // These types are about the whole message. Our messages have one recipient.
      return destinations;
  }
}

/**
 * Limits the effect of an event to addresses that the message went to. SES takes the address of a
 * bounce from the report of the recipient's mail server (Final-Recipient, RFC 3464). That server
 * may name anybody: the target of a forwarding, or a victim. Such names are only stored.
 */
function onlyOurRecipients(about: About[], destinations: { recipient: string }[]): About[] {
  const isSame = (a: string) => (b: { recipient: string }) =>
    addressKey(a) === addressKey(b.recipient);
  const [only, ...more] = destinations;
  if (only && more.length === 0) {
    const isOnly = isSame(only.recipient);
    const one = about.find(isOnly) ?? about[0];
    if (!one) return [];
    const recipient = isOnly(one) ? one.recipient : only.recipient;
    const others = about.filter((each) => !isOnly(each)).map((each) => each.recipient);
    if (others.length === 0) return [{ ...one, recipient }];
    return [{ ...one, recipient, detail: { ...one.detail, named: others.join(", ") } }];
  }
  return about.map((one) =>
    !one.effect || destinations.some(isSame(one.recipient)) ? one : { ...one, effect: "message" },
  );
}

/** Details for a person to read, from the object of this type of event. */
function detailOf(type: string, body: Json, mail: Json): Prisma.JsonObject {
  switch (type) {
    case "Send": {
      // Evidence must be of one account (delivery/evidence.ts).
      const account = text(mail.sendingAccountId);
      return account ? { account } : {};
    }
    case "Bounce":
      return pick(body, ["bounceType", "bounceSubType", "reportingMTA"]);
    case "Complaint":
      return pick(body, ["complaintSubType", "complaintFeedbackType", "userAgent", "arrivalDate"]);
    case "Delivery":
      return pick(body, ["smtpResponse", "processingTimeMillis", "reportingMTA"]);
    case "DeliveryDelay":
      return pick(body, ["delayType", "expirationTime", "reportingMTA"]);
    case "Reject":
      return pick(body, ["reason"]);
    case "RenderingFailure":
      return pick(body, ["templateName"]);
    case "Open":
      return pick(body, ["userAgent"]);
    case "Click":
      return { ...pick(body, ["userAgent"]), ...withoutQuery(body.link) };
    case "Subscription":
      return pick(body, ["source", "contactList"]);
    default:
      return {};
  }
}

/** A link without its query string and fragment, which may contain tokens. */
function withoutQuery(link: unknown): Prisma.JsonObject {
  const url = text(link);
  if (url === undefined || !URL.canParse(url)) return {};
  const { origin, pathname } = new URL(url);
  return origin === "null" ? {} : { link: `${origin}${pathname}` };
}

type Json = Record<string, unknown>;

function parseJson(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch (cause) {
    throw malformed(cause);
  }
}

function malformed(cause?: unknown): EmailError {
  return new EmailError(
    "MALFORMED_EVENT",
    "This is not an event of SES: it has no eventType or notificationType, or no mail.messageId. Subscribe this endpoint only to the topic of SES's events.",
    { cause },
  );
}

const object = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
// In bytes. An event's key has four parts, and an entry of PostgreSQL's index at most 2,704 bytes.
const MAX_KEY = 600;
/** A part of an event's key. SES's own are never longer. */
const key = (value: unknown) => {
  const found = text(value);
  return found === undefined || Buffer.byteLength(found) > MAX_KEY ? undefined : found;
};
const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** A time with a year of four digits. PostgreSQL cannot read other years as JavaScript writes them. */
function time(value: unknown): Date | undefined {
  const date = new Date(text(value) ?? Number.NaN);
  return date.getTime() >= 0 && date.getUTCFullYear() <= 9999 ? date : undefined;
}

// Characters of one field. A diagnostic may quote a whole email, with its link.
const MAX_LENGTH = 500;

function pick(from: Json, names: string[]): Prisma.JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = from[name];
      return typeof value === "string" || typeof value === "number" ? [[name, value]] : [];
    }),
  );
}

function storable(detail: Prisma.JsonObject): Prisma.JsonObject {
  return Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [
      name,
      typeof value === "string" ? shortened(withoutSecrets(value)) : value,
    ]),
  );
}

function shortened(value: string): string {
  return value.length > MAX_LENGTH ? `${value.slice(0, MAX_LENGTH)}…` : value;
}
