import type { SesEvent } from "./event.ts";

/** An event as the parser reads it, for tests. Default: of no message of ours, and without an effect. */
export function sesEvent(type: string, more: Partial<SesEvent> = {}): SesEvent {
  return {
    sesMessageId: "ses-of-an-event",
    type,
    recipient: "name@example.com",
    dedupeKey: "1",
    occurredAt: new Date(),
    detail: {},
    ...more,
  };
}
