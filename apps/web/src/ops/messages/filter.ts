import type { ClosedReason, MessageState, Outcome } from "@repo/db";
import type { MessageFilter } from "@repo/email/log";
import { HttpError } from "../../http/errors.tsx";

/** The fields of a search, as the query and the forms have them. */
export const FILTER_FIELDS = ["to", "template", "status", "outcome", "since", "until"] as const;
export type FilterValues = Partial<Record<string, string>>;

/** What a person chooses as the status: a state, or why a message is closed. */
export const STATUS: Record<string, { text: string; is: StatusFilter }> = {
  queued: { text: "queued", is: { state: "queued" } },
  sending: { text: "being sent", is: { state: "sending" } },
  "in-doubt": { text: "in doubt, not closed yet", is: { state: "unknown" } },
  sent: { text: "sent", is: { closedReason: "sent" } },
  failed: { text: "failed", is: { closedReason: "failed" } },
  unknown: { text: "closed in doubt", is: { closedReason: "unknown" } },
  suppressed: { text: "suppressed address", is: { closedReason: "suppressed" } },
  unsubscribed: { text: "turned off by the person", is: { closedReason: "unsubscribed" } },
  expired: { text: "expired", is: { closedReason: "expired" } },
  cancelled: { text: "cancelled", is: { closedReason: "cancelled" } },
};
type StatusFilter = { state: MessageState } | { closedReason: ClosedReason };

export const OUTCOMES = [
  "delivered",
  "delayed",
  "bounced",
  "complained",
  "rejected",
  "sent",
  "none",
] as const satisfies Outcome[];

/** @throws HttpError `INVALID_INPUT` for a value that no form here sends */
export function readFilter(values: FilterValues): MessageFilter {
  const { to, template, status, outcome, since, until } = values;
  const known = status && Object.hasOwn(STATUS, status) ? STATUS[status] : undefined;
  if (status && !known) throw wrong("status");
  const result = OUTCOMES.find((each) => each === outcome);
  if (outcome && !result) throw wrong("outcome");
  // PostgreSQL's text cannot store this character.
  if (template?.includes("\0")) throw wrong("template");
  return {
    to: to || undefined,
    template: template || undefined,
    outcome: result,
    since: readTime("since", since),
    until: readTime("until", until),
    ...known?.is,
  };
}

export const isEmpty = (values: FilterValues) => FILTER_FIELDS.every((name) => !values[name]);

/** The same search in a query, with other fields if given. */
export function toQuery(values: FilterValues, more: FilterValues = {}): string {
  const pairs = [...FILTER_FIELDS.map((name) => [name, values[name]]), ...Object.entries(more)];
  const given = pairs.filter((pair): pair is [string, string] => Boolean(pair[0] && pair[1]));
  return new URLSearchParams(given).toString();
}

/** `2030-01-31T12:00`, as the input of a browser sends it, in UTC. */
function readTime(name: string, value: string | undefined): Date | undefined {
  if (!value) return undefined;
  const isTime = /^(?!0000)\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z?)?$/.test(value);
  const time = new Date(
    isTime && value.includes("T") && !value.endsWith("Z") ? `${value}Z` : value,
  );
  if (!isTime || Number.isNaN(time.getTime())) throw wrong(name);
  // JavaScript takes 30 February for 2 March.
  if (!time.toISOString().startsWith(value.slice(0, 10))) throw wrong(name);
  return time;
}

function wrong(name: string): HttpError {
  const message = `Choose another value of ${name}.`;
  return new HttpError(422, "INVALID_INPUT", message, { fields: { [name]: message } });
}
