import { h } from "./dom.js";

/**
 * @typedef {import("../events/event.ts").SesLocalEvent} SesEvent
 * @typedef {Pick<SesEvent, "type" | "summary">} Told
 * @typedef {"good" | "slow" | "bad" | "plain"} Tone
 */

/** SES's types with their labels, from the weakest to the strongest. */
const TYPES = /** @type {const} */ ([
  ["Send", "Sent", "plain"],
  ["DeliveryDelay", "Delayed", "slow"],
  ["Delivery", "Delivered", "good"],
  ["Open", "Opened", "good"],
  ["Click", "Clicked", "good"],
  ["Subscription", "Unsubscribed", "plain"],
  ["Out of Office", "Out of office", "good"],
  ["Rendering Failure", "Not rendered", "bad"],
  ["Reject", "Rejected", "bad"],
  ["Soft Bounce", "Soft bounce", "slow"],
  ["Bounce", "Bounced", "bad"],
  ["Complaint", "Complained", "bad"],
]);

/**
 * A bounce that is not Permanent is a soft bounce or an out-of-office reply.
 *
 * @param {Told} event
 */
function rank({ type, summary }) {
  const soft = type === "Bounce" && !summary.startsWith("Permanent");
  const replied = summary === "Transient, General" ? "Out of Office" : "Soft Bounce";
  return TYPES.findIndex(([each]) => each === (soft ? replied : type));
}

/**
 * The label and colour of an event. An unknown type is its own label.
 *
 * @param {Told} event
 * @returns {{ label: string, tone: Tone }}
 */
export function outcomeOf(event) {
  const [, label, tone] = TYPES[rank(event)] ?? ["", event.type, "plain"];
  return { label, tone };
}

/** @template {Told} Event @param {Event[]} events @returns {Event | undefined} */
export function strongest(events) {
  return events.toSorted((a, b) => rank(b) - rank(a))[0];
}

/** A badge with the outcome of a message. @param {Told[]} events */
export function drawSign(events) {
  const event = strongest(events);
  if (!event) return null;
  const { label, tone } = outcomeOf(event);
  return h(`span.sign.${tone}`, { title: `${event.type}: ${event.summary}` }, label);
}
