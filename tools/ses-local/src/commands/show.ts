import { styleText } from "node:util";
import { taken } from "./answer.ts";
import type { Delivery, SesLocalEvent } from "../events/event.ts";

// styleText omits colours if the output is not a terminal, and with NO_COLOR.

/** The width of the columns that are never cut (time, type, answer, id), and of the five gaps. */
const FIXED = 8 + 13 + 20 + 13 + 5 * 2;

/**
 * One line with an event and one answer of the app.
 *
 * @param delivery undefined if no webhook is subscribed
 * @param columns width of the terminal. Default: 160.
 */
export function showLine(
  event: SesLocalEvent,
  delivery: Delivery | undefined,
  columns: number | undefined,
): string {
  const room = (columns ?? 160) - FIXED;
  const recipient = between(16, Math.floor(room * 0.5), 40);
  const summary = between(14, room - recipient, 48);
  return [
    styleText("dim", new Date(event.at).toTimeString().slice(0, 8)),
    styleText(colourOf(event), event.type.padEnd(13)),
    cell(event.recipient, recipient),
    cell(event.summary, summary),
    styleText(delivery && taken(delivery) ? "green" : "red", showAnswer(delivery).padEnd(20)),
    styleText("dim", event.id),
  ].join("  ");
}

/** `200 in 12 ms`, or from the second attempt on `200 in 12 ms, try 2`. */
export function showAnswer(delivery: Delivery | undefined): string {
  if (!delivery) return "no webhook";
  const { status, error, ms, attempt } = delivery;
  const answer = status === null ? printable(error ?? "no answer") : String(status);
  return `${answer} in ${Math.round(ms)} ms${attempt > 1 ? `, try ${attempt}` : ""}`;
}

export function colourOf({ type, summary }: SesLocalEvent) {
  if (["Delivery", "Open", "Click"].includes(type)) return "green";
  if (type === "Bounce") return summary.startsWith("Permanent") ? "red" : "yellow";
  if (["Complaint", "Reject", "Rendering Failure"].includes(type)) return "red";
  return type === "DeliveryDelay" ? "yellow" : "cyan";
}

/** Removes control characters, so that another server's text cannot control the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}

function cell(text: string, width: number): string {
  const safe = printable(text);
  return safe.length > width ? `${safe.slice(0, width - 1)}…` : safe.padEnd(width);
}

function between(low: number, value: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
