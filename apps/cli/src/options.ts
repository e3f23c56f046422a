// Options that several commands share.
import { userInfo } from "node:os";
import type { ClosedReason } from "@repo/db";
import { AppError } from "@repo/errors";

/** An option with a text, one that may be repeated, and one without a text: for `command`. */
export const TEXT = { type: "string" } as const;
export const TEXTS = { type: "string", multiple: true } as const;
export const FLAG = { type: "boolean" } as const;

/** Which emails: for `command`. */
export const FILTER = { to: TEXT, template: TEXT, since: TEXT, closed: TEXT };

/** The help of `FILTER`, without --closed: its values differ. */
export const FILTER_HELP = `\
  --to ADDRESS         to this person
  --template NAME      of this template
  --since TIME         queued since then: 30m, 12h, 7d, 2030-01-31, 2030-01-31T12:00Z`;

/**
 * Reads the options of `FILTER`.
 *
 * @param reasons the allowed values of --closed
 * @throws AppError `INVALID_OPTION`
 */
export function readFilter(
  { to, template, since, closed }: Partial<Record<keyof typeof FILTER, string>>,
  reasons: ClosedReason[],
) {
  const closedReason = oneOf("--closed", reasons, closed);
  return { to, template, since: parseTime(since), closedReason };
}

/** Who changes something and why: for `command`. */
export const DECISION = { reason: TEXT, by: TEXT };

/**
 * Reads the options of `DECISION`. Default of --by: the user of this machine.
 *
 * @throws AppError `INVALID_OPTION` without --reason
 */
export function readDecision({ reason, by }: Partial<Record<keyof typeof DECISION, string>>) {
  if (!reason) throw invalid('Say why, for those who ask later: --reason "…"');
  return { by: by ?? userName(), because: reason };
}

/** @throws AppError `INVALID_OPTION` if this machine has no name for its user, as in some containers */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    throw invalid("This machine has no name for its user: say who does it, with --by NAME");
  }
}

/** @throws AppError `INVALID_OPTION` */
export function oneOf<T extends string>(name: string, allowed: T[], value?: string): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((each) => each === value);
  if (found) return found;
  throw invalid(`${name} is one of ${allowed.join(", ")}; not "${value}".`);
}

const UNITS = { m: 60, h: 3_600, d: 86_400 };

/**
 * The value of --since.
 *
 * @throws AppError `INVALID_OPTION`
 */
export function parseTime(value: string | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const ago = durationOf(value);
  const time =
    ago !== undefined
      ? new Date(Date.now() - ago)
      : new Date(
          /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?$/.test(value) ? withZone(value) : "",
        );
  // PostgreSQL cannot read every time that JavaScript has.
  if (time.getTime() >= 0) return time;
  throw invalid(`--since is a time, such as 30m, 12h, 7d or 2030-01-31T12:00Z; not "${value}".`);
}

/**
 * A duration.
 *
 * @returns ms
 * @throws AppError `INVALID_OPTION`
 */
export function parseDuration(name: string, value: string): number {
  const found = durationOf(value);
  if (found !== undefined) return found;
  throw invalid(`${name} is a duration, such as 30m, 12h or 7d; not "${value}".`);
}

/** In ms; undefined if the text is no duration. */
function durationOf(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  return number ? Number(number) * UNITS[unit as keyof typeof UNITS] * 1000 : undefined;
}

/** A time without a zone is UTC, like the times in the log. */
function withZone(text: string): string {
  return /T.*(?:Z|[+-]\d\d:\d\d)$|^[^T]+$/.test(text) ? text : `${text}Z`;
}

/**
 * The value of --limit.
 *
 * @throws AppError `INVALID_OPTION`
 */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 1_000) return limit;
  throw invalid(`--limit is a number from 1 to 1000; not "${text}".`);
}

export function invalid(message: string): AppError {
  return new AppError("INVALID_OPTION", message);
}
