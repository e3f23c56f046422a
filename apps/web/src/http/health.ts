import { setTimeout as sleep } from "node:timers/promises";
import { type Db, Prisma } from "@repo/db";
import { sendingStatus } from "@repo/email/log";
import { type RequestHandler, Router } from "express";
import { methodNotAllowed } from "./errors.tsx";

// In ms. A database that does not answer in this time is not one to send people to.
const PATIENCE = 3_000;

/**
 * `GET /healthz`: the process is alive. `GET /readyz`: its database is there and migrated. That
 * sending is stopped is told there as well and does not take the app out: what it queues waits.
 */
export function health(db: Db): Router {
  const router = Router();
  const alive: RequestHandler = (_req, res) => {
    res.json({ status: "ok" });
  };
  const ready: RequestHandler = async (req, res) => {
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
 * Prisma names every column that it knows of, so that a table or column that is yet to be
 * migrated is an error. Unlike the newest migration's name, this holds for an older version
 * that runs while a newer one has migrated. One connection, so that a process that has just
 * started need not open its whole pool to be ready.
 */
async function readEverything(db: Db) {
  type Model = { findFirst(args: object): Prisma.PrismaPromise<unknown> };
  const models = Object.values(Prisma.ModelName).map(
    (name) => db[`${name.charAt(0).toLowerCase()}${name.slice(1)}` as keyof Db] as Model,
  );
  await db.$transaction(models.map((model) => model.findFirst({ where: { OR: [] } })));
  const { stopped } = await sendingStatus(db);
  if (!stopped) return { status: "ok" };
  // Anyone may ask: what SES answered may name an account or a role, and is in `pnpm email:log`.
  const { by, since, expectedAt, next } = stopped;
  return { status: "stopped", by, since, ...(expectedAt && { expectedAt }), next };
}

async function timeOut(): Promise<never> {
  await sleep(PATIENCE, undefined, { ref: false });
  throw new Error(`The database did not answer in ${PATIENCE} ms`);
}
