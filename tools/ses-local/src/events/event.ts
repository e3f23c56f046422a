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

/** What gets the events, as `/subscriptions` returns it. */
export interface Subscription {
  protocol: string;
  endpoint: string;
  state: "pending" | "confirmed";
  /** The status of the endpoint's last answer. Null: it did not answer. */
  lastStatus: number | null;
}
