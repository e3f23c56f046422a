import { type Db, Prisma, type Tx } from "@repo/db";
import { COUNTS, TIME_BOUNDS } from "./counts.ts";
import { type Level, levelOf } from "./thresholds.ts";

/** How far back the rates look. */
export type Period = "24h" | "7d" | "30d";

const HOURS: Record<Period, number> = { "24h": 24, "7d": 7 * 24, "30d": 30 * 24 };

interface Counts {
  /** Emails that SES accepted. */
  accepted: number;
  delivered: number;
  /** Hard bounces. */
  bounced: number;
  complained: number;
}

export interface Rated extends Counts {
  /** Shares of the accepted emails; 0 if there are none. */
  bounceRate: number;
  complaintRate: number;
  /** What the two rates would mean for a whole account. */
  bounceLevel: Level;
  complaintLevel: Level;
}

/** The rates of one template, domain or configuration set. */
export interface NamedRates extends Rated {
  name: string;
}

export interface Rates {
  period: Period;
  since: Date;
  all: Rated;
  /** Each with the most bounces and complaints first, then with the most emails. At most 100. */
  byTemplate: NamedRates[];
  /** The recipients' domains; those that are rare in their hour are together as `other`. */
  byDomain: NamedRates[];
  /** Configuration sets, as `REGION/NAME`. */
  bySource: NamedRates[];
}

/** What happened in an hour. */
export interface Hour extends Counts {
  /** When it begins. */
  hour: Date;
  /** Calls that sent nothing, or perhaps nothing. */
  refused: number;
  /** How many emails took how long; `TIME_BOUNDS` has the upper bounds, and the last one has none. */
  queuedToAccepted: number[];
  acceptedToDelivered: number[];
}

const MAX_NAMES = 100;
const HOUR = 60 * 60_000;

/**
 * Bounces and complaints of a period, against AWS's thresholds. The mailbox simulator is left out,
 * as AWS leaves it out. Rates are read from counts by hour, so the period begins with a whole hour.
 */
export async function readRates(db: Db | Tx, period: Period, now = new Date()): Promise<Rates> {
  const since = startOf(period, now);
  const rows = await db.$queryRaw<(Counts & { dimension: string; name: string })[]>`
    SELECT dimension, value AS name, ${counted("accepted")}, ${counted("delivered")},
      ${counted("bounced")}, ${counted("complained")}
    FROM ${COUNTS} c
    WHERE dimension IN ('all', 'template', 'domain', 'source') AND value IS NOT NULL
      AND hour >= ${since}
    GROUP BY dimension, value`;
  const of = (dimension: string) =>
    rows
      .filter((row) => row.dimension === dimension)
      .map((row) => ({ name: row.name, ...rated(row) }))
      .toSorted((a, b) => badness(b) - badness(a) || b.accepted - a.accepted)
      .slice(0, MAX_NAMES);
  return {
    period,
    since,
    all: rated(rows.find((row) => row.dimension === "all") ?? NONE),
    byTemplate: of("template"),
    byDomain: of("domain"),
    bySource: of("source"),
  };
}

/**
 * The rates of all email in a period.
 *
 * @param from leaves out the hours that begin before it
 */
export async function readTotal(
  db: Db | Tx,
  period: Period,
  from: Date | null,
  now = new Date(),
): Promise<Rated> {
  const start = startOf(period, now);
  const since = from && from > start ? from : start;
  const [row = NONE] = await db.$queryRaw<Counts[]>`
    SELECT ${counted("accepted")}, ${counted("delivered")}, ${counted("bounced")},
      ${counted("complained")}
    FROM ${COUNTS} c WHERE dimension = 'all' AND hour >= ${since}`;
  return rated(row);
}

/** What happened in each hour of a period, the oldest first. Hours without email are included. */
export async function readHours(db: Db | Tx, period: Period, now = new Date()): Promise<Hour[]> {
  const since = startOf(period, now);
  // A row for each hour: 30 days have 20,000 numbers.
  const rows = await db.$queryRaw<{ hour: Date; counts: [string, string, string, number][] }[]>`
    SELECT hour, jsonb_agg(jsonb_build_array(dimension, value, kind, count)) AS counts
    FROM ${COUNTS} c
    WHERE dimension IN ('all', 'time') AND value IS NOT NULL AND hour >= ${since}
    GROUP BY hour`;
  const hours = new Map<number, Hour>();
  for (let at = since.getTime(); at <= now.getTime(); at += HOUR) hours.set(at, emptyHour(at));
  for (const { hour, counts } of rows) {
    const found = hours.get(hour.getTime());
    if (found) for (const count of counts) add(found, ...count);
  }
  return [...hours.values()];
}

function add(found: Hour, dimension: string, value: string, kind: string, count: number): void {
  if (dimension === "time") {
    const times = kind === "accepted" ? found.queuedToAccepted : found.acceptedToDelivered;
    times[Number(value)] = (times[Number(value)] ?? 0) + count;
  } else if (isKind(kind)) found[kind] += count;
  else found.refused += count;
}

const NONE: Counts = { accepted: 0, delivered: 0, bounced: 0, complained: 0 };
const KINDS = ["accepted", "delivered", "bounced", "complained"] as const;
const isKind = (kind: string): kind is keyof Counts => (KINDS as readonly string[]).includes(kind);

function counted(kind: keyof Counts): Prisma.Sql {
  return Prisma.sql`COALESCE(sum(count) FILTER (WHERE kind = ${kind}), 0)::float8 AS ${Prisma.raw(`"${kind}"`)}`;
}

function rated({ accepted, delivered, bounced, complained }: Counts): Rated {
  const share = (n: number) => (accepted === 0 ? 0 : n / accepted);
  return {
    accepted,
    delivered,
    bounced,
    complained,
    bounceRate: share(bounced),
    complaintRate: share(complained),
    bounceLevel: levelOf("bounces", bounced, accepted),
    complaintLevel: levelOf("complaints", complained, accepted),
  };
}

const badness = ({ bounced, complained }: Counts) => bounced + complained;

function startOf(period: Period, now: Date): Date {
  const hour = Math.floor(now.getTime() / HOUR) * HOUR;
  return new Date(hour - (HOURS[period] - 1) * HOUR);
}

function emptyHour(at: number): Hour {
  const times = () => Array.from({ length: TIME_BOUNDS.length + 1 }, () => 0);
  return {
    hour: new Date(at),
    ...NONE,
    refused: 0,
    queuedToAccepted: times(),
    acceptedToDelivered: times(),
  };
}
