import { type Hour, type Period, TIME_BOUNDS } from "@repo/email/operations";

/** Hours of one point of a chart, so that each period has about thirty. */
export const HOURS_OF_A_POINT: Record<Period, number> = { "24h": 1, "7d": 6, "30d": 24 };

/** Adds up groups of `size` hours. The first group may have fewer. */
export function addUp(hours: Hour[], size: number): Hour[] {
  const points: Hour[] = [];
  for (let end = hours.length; end > 0; end -= size) {
    const [first, ...others] = hours.slice(Math.max(0, end - size), end);
    if (first) points.unshift(others.reduce(sum, first));
  }
  return points;
}

function sum(a: Hour, b: Hour): Hour {
  const both = (of: (hour: Hour) => number[]) => of(a).map((n, i) => n + (of(b)[i] ?? 0));
  return {
    hour: a.hour,
    accepted: a.accepted + b.accepted,
    delivered: a.delivered + b.delivered,
    bounced: a.bounced + b.bounced,
    complained: a.complained + b.complained,
    refused: a.refused + b.refused,
    queuedToAccepted: both((hour) => hour.queuedToAccepted),
    acceptedToDelivered: both((hour) => hour.acceptedToDelivered),
  };
}

/**
 * The index of the lowest of `TIME_BOUNDS` that at least this share of the emails did not exceed;
 * `TIME_BOUNDS.length` if there is none.
 *
 * @returns null if there are no emails
 */
export function bucketAt(counts: number[], share: number): number | null {
  const all = counts.reduce((total, n) => total + n, 0);
  if (all === 0) return null;
  let seen = 0;
  return counts.findIndex((n) => (seen += n) >= all * share);
}

/** The end of an axis for values up to this one: round, and so is its half. At least 2. */
export function roundUp(highest: number): number {
  const size = 10 ** Math.max(0, Math.ceil(Math.log10(Math.max(2, highest))) - 1);
  return size * ([2, 4, 6, 8].find((digit) => size * digit >= highest) ?? 10);
}

/** `0.1 s`, `5 min`, `1 h`: the upper bound of a bucket. */
export function boundText(bucket: number): string {
  const seconds = TIME_BOUNDS[bucket];
  if (seconds === undefined) return "more";
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3_600 ? `${seconds / 60} min` : `${seconds / 3_600} h`;
}
