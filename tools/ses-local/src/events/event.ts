/** An attempt to hand an event to the app. */
export interface Delivery {
  to: "webhook" | "queue";
  /** ISO 8601. */
  at: string;
  /** HTTP's; null where there was no answer. */
  status: number | null;
  ms: number;
  error?: string;
  attempt: number;
}

/** An event of SES as `/events` answers it. */
export interface SesLocalEvent {
  id: string;
  /** SES's. */
  messageId: string;
  /** As SES spells it: `Bounce`, `DeliveryDelay`. */
  type: string;
  recipient: string;
  /** ISO 8601. */
  at: string;
  summary: string;
  /** As it was published. */
  payload: unknown;
  deliveries: Delivery[];
}
