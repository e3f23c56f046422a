import { setTimeout as sleep } from "node:timers/promises";
import { type Db, Prisma } from "@repo/db";
import { sendingStatus } from "@repo/email/log";
import { findUnrendered, openAlerts } from "@repo/email/operations";

/** What `/readyz` says about email. */
export type EmailState = Awaited<ReturnType<typeof emailState>>;

// In ms, between two checks.
const EVERY = 1_000;
// In ms. Longer than a check takes on a busy machine.
const LATEST = 10_000;

/**
 * Checks the database every second until the signal aborts. `/readyz` then answers at once, however
 * busy the app is, and however often it is asked (docs/decisions/health.md).
 *
 * @param db a pool of one connection, so that a check waits for no request. Its queries need a time
 *   limit: a lost connection then delays only one check.
 * @returns a function that returns what the last check has found. Until the first check has ended,
 *   it waits. If no check has succeeded for ten seconds, it throws the reason.
 */
export function watchDatabase(db: Db, signal: AbortSignal): () => Promise<EmailState> {
  let good: { state: EmailState; at: number } | undefined;
  let failure: Error | undefined;

  async function check(): Promise<void> {
    try {
      // Only once. A table that is gone later breaks some pages; not being ready breaks all.
      if (!good) await requireTables(db);
      good = { state: await emailState(db), at: performance.now() };
      failure = undefined;
    } catch (error) {
      failure = error as Error;
    }
  }
  const first = check();
  void (async () => {
    await first;
    while (!signal.aborted) {
      await sleep(EVERY, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await check();
    }
  })();
  return async () => {
    await first;
    if (good && performance.now() - good.at < LATEST) return good.state;
    throw failure ?? new Error(`No check of the database has ended for ${LATEST} ms`);
  };
}

/**
 * Queries every table. Prisma names every column, so a missing table or column is an error. We do
 * not compare the name of the newest migration: an older version may still run after a newer one
 * has migrated.
 *
 * @throws Prisma's error
 */
export async function requireTables(db: Db): Promise<void> {
  type Model = { findFirst(args: object): Promise<unknown> };
  for (const name of Object.values(Prisma.ModelName)) {
    const model = db[`${name.charAt(0).toLowerCase()}${name.slice(1)}` as keyof Db] as Model;
    await model.findFirst({ where: { OR: [] } });
  }
}

/**
 * Whether sending is stopped or paused, or emails cannot be rendered, in the order of `readVerdict`,
 * and what the operators were told about.
 */
export async function emailState(db: Db) {
  const { stopped, paused } = await sendingStatus(db);
  const open = await openAlerts(db);
  const alerts = open.length > 0 ? { alerts: open.map(({ cause }) => cause) } : {};
  // Anyone can read this page. SES's answer, an error and an operator's words may name an account or
  // a role, so only operators see them.
  if (stopped) {
    const { by, since, expectedAt, next } = stopped;
    return { status: "stopped", by, since, ...(expectedAt && { expectedAt }), next, ...alerts };
  }
  const unrendered = paused?.scope === "all" ? null : await findUnrendered(db);
  if (unrendered) {
    const { sending: status, since, next } = unrendered;
    return { status, by: "unrendered", since, next, ...alerts };
  }
  if (paused) {
    const status = paused.scope === "all" ? "stopped" : "slowed";
    return { status, by: "pause", since: paused.since, next: PAUSED, ...alerts };
  }
  return { status: "ok", ...alerts };
}

const PAUSED = "An operator ends the pause when its reason is gone.";
