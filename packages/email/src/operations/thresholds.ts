/**
 * The shares of emails at which AWS reviews an account, and at which it may pause its sending. AWS
 * looks at hard bounces and complaints over a "representative volume", not over a fixed time:
 * https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html. `near` is our own, four fifths of
 * the first.
 */
export const THRESHOLDS = {
  bounces: { near: 0.04, review: 0.05, pause: 0.1 },
  complaints: { near: 0.0008, review: 0.001, pause: 0.005 },
} as const;

/** A share as people write it, such as `0.1 %`. No line ends before the sign. */
export const percent = (share: number) => `${Number((share * 100).toFixed(2))}\u00A0%`;

/**
 * How close a rate is to AWS's thresholds. It is also `ok` while there are too few emails: one
 * bounce of three says nothing.
 */
export type Level = "ok" | "near" | "review" | "pause";

// Below these numbers, chance decides about a rate.
const MIN_ACCEPTED = 100;
const MIN_COUNT = { bounces: 5, complaints: 3 };

/** How close `count` bounces or complaints of `accepted` emails are to AWS's thresholds. */
export function levelOf(kind: keyof typeof THRESHOLDS, count: number, accepted: number): Level {
  if (accepted < MIN_ACCEPTED || count < MIN_COUNT[kind]) return "ok";
  const { near, review, pause } = THRESHOLDS[kind];
  const rate = count / accepted;
  if (rate >= pause) return "pause";
  if (rate >= review) return "review";
  return rate >= near ? "near" : "ok";
}
