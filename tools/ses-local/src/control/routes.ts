import express, { Router } from "express";
import type { Account } from "../ses/account.ts";
import { NORMAL, readBehaviour } from "./behaviour.ts";

/** Reads, replaces and resets the behaviour. Mounted at `/control`. */
export function controlRoutes(account: Account): Router {
  const router = Router();

  router.get("/", (_req, res) => {
    res.json(account.behaviour);
  });

  router.put("/", express.json({ type: () => true }), (req, res) => {
    account.behave(readBehaviour(req.body));
    res.json(account.behaviour);
  });

  router.delete("/", (_req, res) => {
    account.behave(NORMAL);
    res.status(204).end();
  });

  return router;
}
