// Values of options that several commands have.
import { AppError } from "@repo/errors";

/** @throws AppError `INVALID_OPTION`, as do the others */
export function oneOf<T extends string>(name: string, allowed: T[], value?: string): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((each) => each === value);
  if (found) return found;
  throw new AppError("INVALID_OPTION", `${name} is one of ${allowed.join(", ")}; not "${value}".`);
}

const UNITS = { m: 60, h: 3_600, d: 86_400 };

/** The value of --since. */
export function parseTime(text: string): Date {
  const [, number, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const time = number
    ? new Date(Date.now() - Number(number) * UNITS[unit as keyof typeof UNITS] * 1000)
    : new Date(
        /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?$/.test(text) ? withZone(text) : "",
      );
  if (!Number.isNaN(time.getTime())) return time;
  throw new AppError(
    "INVALID_OPTION",
    `--since is a time, as 30m, 12h, 7d or 2030-01-31T12:00Z; not "${text}".`,
  );
}

/** Without a zone a time is UTC, as those that the log shows. */
function withZone(text: string): string {
  return /T.*(?:Z|[+-]\d\d:\d\d)$|^[^T]+$/.test(text) ? text : `${text}Z`;
}

/** The value of --limit. */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 1_000) return limit;
  throw new AppError("INVALID_OPTION", `--limit is a number from 1 to 1000; not "${text}".`);
}
