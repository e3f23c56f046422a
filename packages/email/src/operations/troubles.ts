import { type Db, Prisma } from "@repo/db";
import { type SendingStatus, sendingStatus } from "../sending-status.ts";
import { COUNTS } from "./counts.ts";
import { readTotal } from "./rates.ts";
import { THRESHOLDS, percent } from "./thresholds.ts";
import { type Unrendered, findUnrendered } from "./unrendered.ts";
import { WHY } from "./verdict.ts";
import { type Waiting, readLastEvent, readWaiting } from "./waiting.ts";

/** What the operators are told about. */
export type AlertCause = "stopped" | "bounces" | "complaints" | "queue" | "events";

/** A problem that an operator must look at. Its texts contain no address and no server's answer. */
export interface Trouble {
  cause: AlertCause;
  /** A sentence. */
  what: string;
  /** The next step, as a sentence. */
  next: string;
}

// Minutes that the oldest message may wait, by priority. A big mailing takes hours.
const MAX_WAIT = [5, 5, 60, 24 * 60];
// In ms. Probes often end a stop sooner.
const SHORT_STOP = 60_000;
// If SES has accepted this many emails in an hour, an event must have come.
const MIN_ACCEPTED = 20;

/**
 * What is wrong with sending now. A cause that is open goes on until it is certainly over, because
 * the operators are then told that it is.
 *
 * @param open what the operators were told about
 */
export async function findTroubles(db: Db, open: AlertCause[]): Promise<Trouble[]> {
  const status = await sendingStatus(db);
  const found = [
    stopped(status, open.includes("stopped")),
    await rates(db, status, open),
    queue(status, await findUnrendered(db), await readWaiting(db), open.includes("queue")),
    await events(db, open.includes("events")),
  ];
  return found.flat();
}

function stopped({ stopped: stop, paused }: SendingStatus, isOpen: boolean): Trouble[] {
  const isLong = (since: Date | null) =>
    isOpen || since === null || Date.now() - since.getTime() >= SHORT_STOP;
  if (stop && isLong(stop.since)) {
    return [
      { cause: "stopped", what: `Sending is stopped because ${WHY[stop.by]}.`, next: stop.next },
    ];
  }
  if (paused?.scope !== "all" || !isLong(paused.since)) return [];
  const what = "An operator has paused all sending.";
  return [{ cause: "stopped", what, next: "Resume it when the reason is gone." }];
}

const RATES = [
  {
    cause: "bounces",
    rate: "bounceRate",
    level: "bounceLevel",
    count: "bounced",
    said: "bounced",
    next: "Find the template and the recipients that bounce, and stop sending to that list.",
  },
  {
    cause: "complaints",
    rate: "complaintRate",
    level: "complaintLevel",
    count: "complained",
    said: "were complained about",
    next: "Find the template that people complain about, and stop sending it.",
  },
] as const;

async function rates(db: Db, { paused }: SendingStatus, open: AlertCause[]): Promise<Trouble[]> {
  const [day, week] = await Promise.all([readTotal(db, "24h", null), readTotal(db, "7d", null)]);
  const isPaused = paused?.by === "rates";
  return RATES.flatMap(({ cause, rate, level, count, said, next }) => {
    const { review, pause } = THRESHOLDS[cause];
    // An open alert ends only at half the threshold. Otherwise it would come and go.
    const bad = [
      { ...day, of: "24 hours" },
      { ...week, of: "7 days" },
    ].find((total) => total[level] !== "ok" || (open.includes(cause) && total[rate] >= review / 2));
    if (!bad) return [];
    const what = [
      `${bad[count]} of the ${bad.accepted} emails in ${bad.of} ${said}.`,
      `AWS reviews an account at ${percent(review)} and may pause it at ${percent(pause)}.`,
      ...(isPaused ? ["All email but security mail is paused."] : []),
    ].join(" ");
    return [{ cause, what, next: isPaused ? `${next} Then resume sending.` : next }];
  });
}

function queue(
  { stopped: stop, paused }: SendingStatus,
  unrendered: Unrendered | null,
  waiting: Waiting[],
  isOpen: boolean,
): Trouble[] {
  if ((stop || paused?.scope === "all") && !isOpen) return [];
  if (unrendered) {
    const { why, next } = unrendered;
    return [{ cause: "queue", what: `${why.charAt(0).toUpperCase()}${why.slice(1)}.`, next }];
  }
  const late = waiting.find(
    ({ priority, seconds }) =>
      (priority <= 1 || !paused || isOpen) && seconds > (MAX_WAIT[priority] ?? Infinity) * 60,
  );
  if (!late) return [];
  return [
    {
      cause: "queue",
      what: `Email of the category ${late.category} has waited for ${Math.floor(late.seconds / 60)} minutes.`,
      next: "Look at the last errors, at the rate that SES allows, and at whether the workers keep up.",
    },
  ];
}

/** SES publishes a Send event for each email that it accepts. */
async function events(db: Db, isOpen: boolean): Promise<Trouble[]> {
  const lastEvent = await readLastEvent(db);
  const [row] = await db.$queryRaw<{ accepted: number }[]>`
    SELECT COALESCE(sum(count), 0)::int AS accepted FROM ${COUNTS} c
    WHERE dimension = 'source' AND value IS NOT NULL AND kind = 'accepted' AND hour = ${LAST_HOUR}
    HAVING COALESCE(${lastEvent}::timestamptz, '-infinity') < ${LAST_HOUR}`;
  // Few emails since then do not prove that events come again.
  if (!row || (row.accepted < MIN_ACCEPTED && !isOpen)) return [];
  return [
    {
      cause: "events",
      what: `SES accepted ${row.accepted} emails in the last full hour, and no event has come since that hour began. So bounces and complaints are not counted.`,
      next: "Look at the subscription of the topic, at the queue or the webhook, and at their logs.",
    },
  ];
}

const LAST_HOUR = Prisma.sql`date_trunc('hour', now() - interval '1 hour', 'UTC')`;
