import type { Prisma } from "@repo/db";
import { EmailError } from "../../error.ts";
import { addressKey } from "../address-key.ts";
import { type Effect, REPORTED, bounceEffect, complaintEffect } from "../../suppression/effect.ts";
import { isUuid } from "../../uuid.ts";
import type { SesEvent } from "../event.ts";

/**
 * Reads an event as SES publishes it to SNS: the form of a configuration set (`eventType`) and
 * the older one of an identity (`notificationType`). One SesEvent for each recipient that the
 * event is about. It acts on nobody that the message did not go to.
 *
 * SES adds fields and types as it likes: what is not known here is kept and does nothing.
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 * https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
 *
 * @param message `Message` of the SNS notification
 * @param publishedAt its `Timestamp`, for an event that has no time of its own
 * @throws EmailError `MALFORMED_EVENT`: no retry will mend it
 */
export function parseSesEvent(message: string, publishedAt: Date): SesEvent[] {
  // What SES publishes once, when a topic becomes a destination of events …
  if (message.startsWith("Successfully validated SNS topic")) return [];
  const event = object(parseJson(message));
  // … or that of an identity's notifications.
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
    detail: bounded({ ...describe(type, body, mail), ...detail }),
    effect,
  }));
}

/**
 * Of an event that is not stored as what it is, since it cannot be read, is about nobody, or fails
 * in the app: that it named one of our messages. What an event has named was sent.
 *
 * @returns nothing where it names none
 */
export function parseNaming(message: string, publishedAt: Date): SesEvent[] {
  let mail: Json;
  try {
    mail = object(object(JSON.parse(message)).mail);
  } catch {
    return [];
  }
  const messageId = text(list(object(mail.tags)["message-id"])[0]);
  if (messageId === undefined || !isUuid(messageId)) return [];
  const sesMessageId = key(mail.messageId) ?? "";
  const naming = { type: "Unprocessed", recipient: "", dedupeKey: messageId, detail: {} };
  return [{ ...naming, sesMessageId, messageId, occurredAt: publishedAt }];
}

/** Where an event's own object has another name than its type. */
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
      return ours(
        named(body.bouncedRecipients).map(({ recipient, fields }) => {
          const effect = bounceEffect(body, fields);
          return { recipient, detail: pick(fields, REPORTED), ...(effect && { effect }) };
        }),
        destinations,
      );
    case "Complaint": {
      const complained = named(body.complainedRecipients);
      // Of a message to one person, it is theirs also where SES does not know who complained.
      const about =
        complained.length === 0 && destinations.length === 1 ? destinations : complained;
      const effect = complaintEffect(body);
      return ours(
        about.map(({ recipient }) => ({ recipient, ...(effect && { effect }) })),
        destinations,
      );
    }
    case "Delivery":
      return named(body.recipients);
    case "DeliveryDelay":
      return ours(
        named(body.delayedRecipients).map(({ recipient, fields }) => ({
          recipient,
          detail: pick(fields, ["status", "diagnosticCode"]),
        })),
        destinations,
      );
    default:
      // Sent, refused or opened as a whole; ours have one recipient.
      return destinations;
  }
}

/**
 * Lets an event act on nobody but an address that the message went to. SES takes the address of a
 * bounce from the report of the recipient's own mail server (Final-Recipient, RFC 3464), which may
 * name anybody: the target of a forwarding, or a victim. What it named is kept as evidence.
 */
function ours(about: About[], destinations: { recipient: string }[]): About[] {
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

/** What a person wants to know of it, by the type's own object. */
function describe(type: string, body: Json, mail: Json): Prisma.JsonObject {
  switch (type) {
    case "Send": {
      // Evidence is of one account (delivery/evidence.ts).
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

/** A link's query string and fragment carry tokens; its path may as well be kept. */
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
    "This is no event of SES: it needs eventType or notificationType, and mail.messageId. Subscribe this endpoint to the topic of SES's events alone.",
    { cause },
  );
}

const object = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
// In bytes. Four of them make an event's key, and an entry of PostgreSQL's index holds 2,704.
const MAX_KEY = 600;
/** A part of what an event is known by; none of SES's is longer. */
const key = (value: unknown) => {
  const found = text(value);
  return found === undefined || Buffer.byteLength(found) > MAX_KEY ? undefined : found;
};
const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** A year of four digits: PostgreSQL reads no other of JavaScript's, and would fail for ever. */
function time(value: unknown): Date | undefined {
  const date = new Date(text(value) ?? Number.NaN);
  return date.getTime() >= 0 && date.getUTCFullYear() <= 9999 ? date : undefined;
}

// Of one field: a diagnostic may quote a whole email.
const MAX_LENGTH = 500;

function pick(from: Json, names: string[]): Prisma.JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = from[name];
      return typeof value === "string" || typeof value === "number" ? [[name, value]] : [];
    }),
  );
}

function bounded(detail: Prisma.JsonObject): Prisma.JsonObject {
  return Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [
      name,
      typeof value === "string" && value.length > MAX_LENGTH
        ? `${value.slice(0, MAX_LENGTH)}…`
        : value,
    ]),
  );
}
