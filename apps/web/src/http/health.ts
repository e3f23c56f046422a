import { setTimeout as sleep } from "node:timers/promises";
import type { Db } from "@repo/db";
import { type RequestHandler, Router } from "express";
import { methodNotAllowed } from "./errors.tsx";

// In ms. A database that does not answer in this time is not one to send people to.
const PATIENCE = 3_000;

/** `GET /healthz`: the process is alive. `GET /readyz`: its database is there and migrated. */
export function health(db: Db): Router {
  const router = Router();
  const alive: RequestHandler = (_req, res) => {
    res.json({ status: "ok" });
  };
  const ready: RequestHandler = async (req, res) => {
    try {
      await Promise.race([readEveryColumn(db), timeOut()]);
      res.json({ status: "ok" });
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
 * that runs while a newer one has migrated.
 */
async function readEveryColumn(db: Db): Promise<void> {
  const nothing = { where: { OR: [] } };
  await Promise.all([
    db.user.findFirst(nothing),
    db.session.findFirst(nothing),
    db.token.findFirst(nothing),
    db.message.findFirst(nothing),
  ]);
}

async function timeOut(): Promise<never> {
  await sleep(PATIENCE, undefined, { ref: false });
  throw new Error(`The database did not answer in ${PATIENCE} ms`);
}
