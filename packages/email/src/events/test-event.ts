import type { SesEvent } from "./event.ts";

/** An event as the parser returns it. By default it is about no message of ours, and has no effect. */
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
