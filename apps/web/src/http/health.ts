import { type RequestHandler, Router } from "express";
import { methodNotAllowed } from "./errors.tsx";
import type { EmailState } from "./readiness.ts";

/**
 * `GET /healthz`: the process is alive. `GET /readyz`: the database is reachable and migrated. It
 * also says whether sending is stopped or paused, and what the operators were told about. The app
 * stays ready then, because queued email waits.
 *
 * @param emailState throws if the app is not ready
 * @param stopping aborted when the app is about to end. It is not ready then.
 */
export function health(emailState: () => Promise<EmailState>, stopping: AbortSignal): Router {
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
      res.json({ status: "ok", email: await emailState() });
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
