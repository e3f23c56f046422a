import { styleText } from "node:util";
import type { Preference } from "@repo/email/preferences";
import type { Reason, Removed, Suppressed, SuppressionEvent } from "@repo/email/suppressions";
import { type Colour, flatten, moment, printable, table } from "./show.ts";

const MEANING: Record<Reason, string> = {
  "soft-bounces": "five emails within a month could not be delivered",
  bounce: "the mailbox does not exist, or refuses us",
  manual: "an operator suppressed the address",
  complaint: "the person reported one of our emails as spam",
};

/** @param columns width of the terminal. Default: unlimited. */
export function showSuppressions(found: Suppressed[], columns: number | undefined): string {
  if (found.length === 0) return "No such address is suppressed.";
  const rows = found.map(({ since, reason, until, address }) => ({
    cells: [moment(since), reason, until ? moment(until) : "for good", address],
    colour: colourOf(reason),
  }));
  return table(["SINCE (UTC)", "REASON", "UNTIL", "ADDRESS"], rows, columns);
}

/** One address and the reason. */
export function showSuppressed({ address, reason, evidence, since, until }: Suppressed): string {
  const over = until && until <= new Date();
  const facts = [
    ["Reason", `${styleText(colourOf(reason), reason)}: ${MEANING[reason]}`],
    ["Since", moment(since)],
    [
      "Until",
      until
        ? `${moment(until)}${over ? ", which has passed: email goes out again" : ""}`
        : "for good",
    ],
    ["Evidence", line(evidence)],
  ] as const;
  return [
    styleText("bold", printable(address)),
    ...facts.map(([name, value]) => `  ${styleText("dim", name.padEnd(10))}  ${value}`),
  ].join("\n");
}

/** An address, what it has turned off, the events about it and the suppressions that were removed. */
export function showExplained(
  address: string,
  found: {
    suppression: Suppressed | null;
    preferences: Preference[];
    events: SuppressionEvent[];
    removals: Removed[];
  },
): string {
  const { suppression, preferences, events, removals } = found;
  const history = [
    ...events.map(({ at, effect, sesMessageId, messageId, detail }) => ({
      at,
      what: effect,
      more: [`SES id ${sesMessageId}`, messageId && `email ${messageId}`, line(detail)],
    })),
    ...removals.map(({ removedAt, reason, removedBy, because, evidence }) => ({
      at: removedAt,
      what: "removed",
      more: [`${reason}, by ${removedBy}: ${because}`, line(evidence)],
    })),
  ].sort((a, b) => b.at.getTime() - a.at.getTime());
  return [
    suppression ? showSuppressed(suppression) : `Email goes to ${printable(address)}.`,
    ...preferences.map(({ category, wanted, changedAt, changedBy }) => {
      const what = `${printable(category)} is turned ${wanted ? "on" : "off"}`;
      return `  ${what} since ${moment(changedAt)}, by ${printable(changedBy)}`;
    }),
    ...(history.length > 0 ? [""] : []),
    ...history.map(
      ({ at, what, more }) =>
        `  ${styleText("dim", moment(at, true))}  ${what.padEnd(10)}  ${printable(more.filter(Boolean).join(", "))}`,
    ),
  ].join("\n");
}

/** Yellow: the suppression ends by itself. Red: it does not. */
const colourOf = (reason: Reason): Colour => (reason === "soft-bounces" ? "yellow" : "red");

const line = (evidence: Suppressed["evidence"]) => printable(flatten(evidence).join(", "));
