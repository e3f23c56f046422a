import type { Db, Tx } from "@repo/db";
import { type AlertCause, type Trouble, findTroubles } from "./troubles.ts";

/** What the operators are told. */
export interface Notice {
  cause: AlertCause;
  isWell: boolean;
  /** When it was noticed. */
  since: Date;
  what: string;
  next: string;
}

export interface AlertConfig {
  db: Db;
  /** Queues an email to each operator, in the transaction that notes that they are told. */
  tell(this: void, tx: Tx, notice: Notice): Promise<void>;
}

// In hours: the least time between two alerts of one cause, and between two reminders of a cause
// that lasts.
const QUIET = 1;
const REMINDER = 24;

/**
 * Finds what is wrong, and tells the operators: at most once an hour for a cause, once a day while
 * it lasts, and when it has ended. Any number of workers may call it at the same time.
 *
 * @returns what was told, for the log
 */
export async function tellTroubles({ db, tell }: AlertConfig): Promise<Notice[]> {
  const open = (await openAlerts(db)).map(({ cause }) => cause);
  const troubles = await findTroubles(db, open);
  const told: Notice[] = [];
  for (const trouble of troubles) {
    const notice = await db.$transaction((tx) => noteTrouble(tx, trouble, tell));
    if (notice) told.push(notice);
  }
  for (const cause of open) {
    if (troubles.some((trouble) => trouble.cause === cause)) continue;
    const notice = await db.$transaction((tx) => noteEnd(tx, cause, tell));
    if (notice) told.push(notice);
  }
  return told;
}

/** The causes that last, and that the operators were told about. */
export async function openAlerts(db: Db | Tx): Promise<{ cause: AlertCause; since: Date }[]> {
  return db.$queryRaw<{ cause: AlertCause; since: Date }[]>`
    SELECT cause, since FROM alerts WHERE since IS NOT NULL ORDER BY since, cause`;
}

async function noteTrouble(
  tx: Tx,
  { cause, what, next }: Trouble,
  tell: AlertConfig["tell"],
): Promise<Notice | undefined> {
  // The row is locked until the emails are queued. A second worker then sees that they were told.
  const [noted] = await tx.$queryRaw<{ since: Date }[]>`
    INSERT INTO alerts AS a (cause, since, told_at) VALUES (${cause}, now(), now())
    ON CONFLICT (cause) DO UPDATE SET since = COALESCE(a.since, now()), told_at = now()
    WHERE a.told_at <= now() - ${QUIET} * interval '1 hour'
      AND (a.since IS NULL OR a.told_at <= now() - ${REMINDER} * interval '1 hour')
    RETURNING since`;
  if (!noted) return undefined;
  const notice = { cause, isWell: false, since: noted.since, what, next };
  await tell(tx, notice);
  return notice;
}

async function noteEnd(
  tx: Tx,
  cause: AlertCause,
  tell: AlertConfig["tell"],
): Promise<Notice | undefined> {
  const [ended] = await tx.$queryRaw<{ since: Date }[]>`
    WITH open AS MATERIALIZED (
      SELECT since FROM alerts WHERE cause = ${cause} AND since IS NOT NULL FOR UPDATE
    )
    UPDATE alerts SET since = NULL FROM open WHERE cause = ${cause} RETURNING open.since`;
  if (!ended) return undefined;
  const next = (await pausesStill(tx, cause)) ? RESUME : NOTHING;
  const notice = { cause, isWell: true, since: ended.since, what: WELL[cause], next };
  await tell(tx, notice);
  return notice;
}

/** A pause by the rates lasts until an operator resumes sending, also when the rates are low again. */
async function pausesStill(tx: Tx, cause: AlertCause): Promise<boolean> {
  if (cause !== "bounces" && cause !== "complaints") return false;
  const { paused, pausedBy } = await tx.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });
  return paused !== null && pausedBy === "rates";
}

const NOTHING = "There is nothing to do.";
const RESUME =
  "All email but security mail is still paused. Resume sending when nothing more goes to that list.";

const WELL: Record<AlertCause, string> = {
  stopped: "Email goes out again.",
  bounces: "The bounce rate is below half of AWS's review threshold again.",
  complaints: "The complaint rate is below half of AWS's review threshold again.",
  queue: "Email no longer waits for too long.",
  events: "Events come in again.",
};
