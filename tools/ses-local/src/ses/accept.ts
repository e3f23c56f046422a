import { randomUUID } from "node:crypto";
import type { Store } from "../inbox/store.ts";
import type { Account } from "./account.ts";
import { mailboxes, parseMailbox, unverified } from "./address.ts";
import { badRequest, notVerified, SesError, sendingPaused } from "./error.ts";
import { type Field, type Mime, formatMime, parseMime, values } from "./mime.ts";
import { type Tags, parseTagsHeader } from "./tags.ts";

/** The maximum size of a message after encoding, in bytes. */
export const MAX_MESSAGE_SIZE = 40 * 1024 * 1024;

export interface Submission {
  raw: Buffer;
  /** Becomes the From header if the message has none. */
  sender?: string | undefined;
  /** The address for bounces. */
  returnPath?: string | undefined;
  /** The envelope. If empty, the headers To, Cc and Bcc name the recipients. */
  recipients: string[];
  /** If set, the header X-SES-MESSAGE-TAGS is ignored. */
  tags?: Tags | undefined;
  configurationSet?: string | undefined;
  region: string;
  via: "api" | "smtp";
}

/**
 * Accepts a message. When it returns, the message is in the inbox and in the tally.
 *
 * @returns SES's id of the message
 * @throws SesError
 */
export type Accept = (submission: Submission) => string;

/**
 * Creates the function that does what SES does with a message from the API or SMTP. It checks
 * sender and recipients, reads and removes SES's own headers, sets Message-ID and Date, and puts
 * the message into the inbox.
 *
 * https://docs.aws.amazon.com/ses/latest/dg/header-fields.html
 */
export function createAccept(store: Store, account: Account, verified: string[]): Accept {
  return (submission) => {
    const { raw, region } = submission;
    const { account: settings, verifiedRecipients, configurationSets } = account.behaviour;
    if (!settings.sendingEnabled) throw sendingPaused();
    if (raw.length > MAX_MESSAGE_SIZE) {
      throw badRequest(
        `Message length is more than ${MAX_MESSAGE_SIZE} bytes long: '${raw.length}'.`,
      );
    }
    const mime = parseMime(raw);

    const from = values(mime, "from");
    if (from.length > 1) throw badRequest("Duplicate header 'From'.");
    const sender = from[0] ?? submission.sender;
    if (!sender) throw badRequest("Missing required header 'From'.");
    const senders = [
      submission.sender ?? sender,
      sender,
      ...(submission.returnPath ? [submission.returnPath] : []),
      ...values(mime, "sender"),
      ...values(mime, "return-path"),
    ];

    const recipients = (
      submission.recipients.length > 0
        ? submission.recipients
        : ["to", "cc", "bcc"].flatMap((name) =>
            values(mime, name).flatMap((value) => mailboxes(value).map(({ address }) => address)),
          )
    ).map((recipient) => parseMailbox(recipient).address);
    if (recipients.length === 0) throw badRequest("Missing required header 'To'.");
    if (recipients.length > 50) throw badRequest("Recipient count exceeds 50.");

    const failed = unverified(senders, verified);
    if (!settings.productionAccess) {
      const allowed = [...verified, ...verifiedRecipients, "simulator.amazonses.com"];
      failed.push(...unverified(recipients, allowed));
    }
    if (failed.length > 0) throw notVerified(failed, region);

    const configurationSet =
      submission.configurationSet ?? values(mime, "x-ses-configuration-set")[0];
    // Without a list, every name that SES allows exists.
    const exists = (name: string) =>
      configurationSets ? configurationSets.includes(name) : /^[A-Za-z0-9_-]{1,64}$/.test(name);
    if (configurationSet !== undefined && !exists(configurationSet)) {
      const message = `Configuration set <${configurationSet}> does not exist.`;
      throw new SesError("NotFoundException", message, 404);
    }
    const tagsHeader = values(mime, "x-ses-message-tags")[0];
    const tags = submission.tags ?? (tagsHeader ? parseTagsHeader(tagsHeader) : {});

    account.spend(recipients.length);
    const messageId = createMessageId();
    store.add(asDelivered(mime, { messageId, region, sender }), {
      messageId,
      recipients,
      tags,
      configurationSet: configurationSet ?? null,
      via: submission.via,
    });
    return messageId;
  };
}

/**
 * An id like SES's: the time in milliseconds (hexadecimal), a UUID, and a counter that is always 0.
 */
function createMessageId(): string {
  return `0100${Date.now().toString(16).padStart(12, "0")}-${randomUUID()}-000000`;
}

function asDelivered(
  mime: Mime,
  { messageId, region, sender }: { messageId: string; region: string; sender: string },
): Buffer {
  const replaced = /^(?:bcc|date|message-id|return-path|x-ses-.*)$/i;
  const host = region === "us-east-1" ? "email.amazonses.com" : `${region}.amazonses.com`;
  const fields = mime.fields.filter(({ name }) => !replaced.test(name));
  const add = (name: string, value: string): Field => ({
    name,
    value,
    source: `${name}: ${value}\r\n`,
  });
  if (!fields.some(({ name }) => name.toLowerCase() === "from")) fields.push(add("From", sender));
  fields.push(add("Message-ID", `<${messageId}@${host}>`));
  fields.push(add("Date", new Date().toUTCString().replace("GMT", "+0000")));
  return formatMime({ fields, body: mime.body });
}
