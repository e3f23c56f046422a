import type { Prisma } from "@repo/db";
import { withoutSecrets } from "@repo/email/operations";
import { formatsOf } from "@repo/locales";

const { number } = formatsOf("en");

/** `1,234` */
export const count = number;

/** `74M`, `1.2K`, `12` */
export const compact = (value: number) => short.format(value);
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** `4.21 %`, with as many digits as a small rate needs. No line ends before the sign. */
export function percent(share: number): string {
  const digits = share < 0.01 ? 3 : 2;
  return `${number(Number((share * 100).toFixed(digits)))}\u00A0%`;
}

/** A rate of emails a second: `12.5`, and `0.001` for one that an operator has lowered so far. */
export const perSecond = (rate: number) => count(rate < 1 ? rate : Number(rate.toFixed(1)));

/** `1 email`, `2 emails` */
export const emails = (n: number) => `${count(n)} ${n === 1 ? "email" : "emails"}`;

/** `2030-01-31 12:00:05`, in UTC. */
export const utc = (at: Date) => at.toISOString().replace("T", " ").slice(0, 19);

/** A time. Its tooltip has the time zone. A narrow page breaks it between the day and the clock. */
export function Moment({ at }: { at: Date }) {
  const [day, clock] = utc(at).split(" ");
  return (
    <time dateTime={at.toISOString()} title="UTC">
      <span>{day}</span> <span>{clock}</span>
    </time>
  );
}

/** A time, and how long ago it was. */
export function Ago({ at }: { at: Date }) {
  return (
    <>
      <Moment at={at} /> <span className="fine">({ago(at)})</span>
    </>
  );
}

/** `3 min. ago`, `in 2 hr.`, `now` */
export function ago(at: Date, now = Date.now()): string {
  const seconds = (at.getTime() - now) / 1000;
  const [unit, size] = UNITS.find(([, from]) => Math.abs(seconds) >= from) ?? ["second", 1];
  const rounded = Math.round(seconds / size);
  return rounded === 0 ? "now" : relative.format(rounded, unit);
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** Text that another server or a person has written, on one line and without secrets. */
export function safe(text: string): string {
  return withoutSecrets(text.replaceAll(/\p{Cc}+/gu, " "));
}

/** The same, and no longer than a few lines. */
export function brief(text: string): string {
  const whole = safe(text);
  return whole.length > MAX_BRIEF ? `${whole.slice(0, MAX_BRIEF)} …` : whole;
}

// In characters: some ten lines of a phone.
const MAX_BRIEF = 300;

/** A version. A whole commit id is cut to 12 digits. */
export const versionOf = (text: string) =>
  /^[\da-f]{40}(?:[\da-f]{24})?$/.test(text) ? text.slice(0, 12) : safe(text);

/** Names of operators without the ids of their accounts. The JSON of a page has the ids too. */
export const withoutIds = (text: string) =>
  text.replaceAll(/ \([\da-f]{8}(?:-[\da-f]{4,12}){4}\)/g, "");

/** A value for a JSON answer, with every text in it made safe. */
export function safely(value: object): object {
  const text = JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "string" ? safe(part) : part,
  );
  return JSON.parse(text) as object;
}

/** `{ bounce: { type: "Permanent" } }` → `bounce.type: Permanent` */
export function describeDetail(detail: Prisma.JsonValue | undefined): string {
  return leaves(detail ?? null, [])
    .map(([path, value]) => safe(`${path.join(".")}: ${value}`))
    .join(", ");
}

// An id as long as a token: `safe` would cut it. Pages show it in a place of its own.
const SES_ID = "sesMessageId";

function leaves(value: Prisma.JsonValue, path: string[]): [string[], string][] {
  if (value === null) return [];
  if (typeof value !== "object") return [[path, String(value)]];
  return Object.entries(value)
    .filter(([name]) => name !== SES_ID)
    .flatMap(([name, part]) => leaves(part ?? null, [...path, name]));
}
