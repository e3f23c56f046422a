import type { SesLocalEvent } from "../events/event.ts";

/** A message, as `GET /inbox/messages` returns it. */
export interface InboxMessage {
  /** Ids increase with the time of arrival. */
  id: string;
  /** SES's id. */
  messageId: string;
  /** `Name <address>`. */
  from: string;
  /** Addresses without names, also in `cc` and `bcc`. */
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  /** "" if the message has no such part. */
  html: string;
  text: string;
  /** Names are in lower case. Values of the same name are joined by a comma. */
  headers: Record<string, string>;
  tags: Record<string, string>;
  configurationSet: string | null;
  links: string[];
  /** One-time codes. */
  codes: string[];
  attachments: Attachment[];
  via: "api" | "smtp";
  /** ISO 8601. */
  at: string;
  /** Bytes of the whole message. */
  size: number;
  /** Bytes of the decoded HTML part. Gmail cuts it at 102 KB. */
  htmlSize: number;
  read: boolean;
  /** Its events, oldest first. */
  events: SesLocalEvent[];
}

export interface Attachment {
  filename: string;
  contentType: string;
  /** Bytes. */
  size: number;
  /** Shown inside the HTML by its Content-ID. */
  inline: boolean;
}
