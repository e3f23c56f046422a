import type { SesLocalEvent } from "../events/event.ts";

/** A message as `GET /inbox/messages` answers it. */
export interface InboxMessage {
  /** Sorts by time of arrival. */
  id: string;
  /** SES's. */
  messageId: string;
  /** `Name <address>`. */
  from: string;
  /** Bare addresses, as are `cc` and `bcc`. */
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  /** "" where the message has no such part. */
  html: string;
  text: string;
  /** Names in lower case; several of one name are joined by a comma. */
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
  /** Bytes of the HTML part, decoded: what Gmail clips at 102 KB. */
  htmlSize: number;
  read: boolean;
  /** What SES has said of it, oldest first. */
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
