import { setTimeout as sleep } from "node:timers/promises";
import { type Db, Prisma } from "@repo/db";
import { sendingStatus } from "@repo/email/log";
import { openAlerts } from "@repo/email/operations";
import { type RequestHandler, Router } from "express";
import { methodNotAllowed } from "./errors.tsx";

// In ms. If the database takes longer, the app is not ready.
const PATIENCE = 3_000;

/**
 * `GET /healthz`: the process is alive. `GET /readyz`: the database is reachable and migrated. It
 * also says whether sending is stopped or paused, and what the operators were told about. The app
 * stays ready then, because queued email waits.
 *
 * @param stopping aborted when the app is about to end. It is not ready then.
 */
export function health(db: Db, stopping: AbortSignal): Router {
  const router = Router();
  const alive: RequestHandler = (_req, res) => {
    res.json({ status: "ok" });
  };
  const ready: RequestHandler = async (req, res) => {
    if (stopping.aborted) {
      res.status(503).json({ status: "stopping" });
      return;
    }
    try {
      const email = await Promise.race([readEverything(db), timeOut()]);
      res.json({ status: "ok", email });
    } catch (error) {
      req.log.warn({ err: error }, "not ready");
      res
        .status(503)
        .json({ status: "unavailable", reason: "The database is not reachable, or not migrated." });
    }
  };
  router.route("/healthz").get(alive).all(methodNotAllowed("GET"));
  router.route("/readyz").get(ready).all(methodNotAllowed("GET"));
  return router;
}

/**
 * Queries every table. Prisma names every column, so a missing table or column is an error. We do
 * not compare the name of the newest migration: an older version may still run after a newer one
 * has migrated. The transaction uses one connection, so a new process need not open its whole pool.
 */
async function readEverything(db: Db) {
  type Model = { findFirst(args: object): Prisma.PrismaPromise<unknown> };
  const models = Object.values(Prisma.ModelName).map(
    (name) => db[`${name.charAt(0).toLowerCase()}${name.slice(1)}` as keyof Db] as Model,
  );
  await db.$transaction(models.map((model) => model.findFirst({ where: { OR: [] } })));
  const { stopped, paused } = await sendingStatus(db);
  const open = await openAlerts(db);
  const alerts = open.length > 0 ? { alerts: open.map(({ cause }) => cause) } : {};
  // Anyone can read this page. SES's answer and an operator's words may name an account or a role,
  // so only `pnpm email:log` shows them.
  if (stopped) {
    const { by, since, expectedAt, next } = stopped;
    return { status: "stopped", by, since, ...(expectedAt && { expectedAt }), next, ...alerts };
  }
  if (paused) {
    const status = paused.scope === "all" ? "stopped" : "slowed";
    return { status, by: "pause", since: paused.since, next: PAUSED, ...alerts };
  }
  return { status: "ok", ...alerts };
}

const PAUSED = "An operator ends the pause when its reason is gone.";

async function timeOut(): Promise<never> {
  await sleep(PATIENCE, undefined, { ref: false });
  throw new Error(`The database did not answer in ${PATIENCE} ms`);
}
