/** One attempt to deliver an event to the app. */
export interface Delivery {
  to: "webhook" | "queue";
  /** ISO 8601. */
  at: string;
  /** The HTTP status. Null: no answer. */
  status: number | null;
  ms: number;
  error?: string;
  attempt: number;
}

/** An event of SES, as `/events` returns it. */
export interface SesLocalEvent {
  id: string;
  /** SES's id of the message. */
  messageId: string;
  /** In SES's spelling: `Bounce`, `DeliveryDelay`. */
  type: string;
  recipient: string;
  /** ISO 8601. */
  at: string;
  summary: string;
  /** The published JSON. */
  payload: unknown;
  deliveries: Delivery[];
}
