import type { Accounts } from "@repo/accounts";
import { Router } from "express";
import { sendAnswer } from "../http/answer.tsx";
import { readBody } from "../http/body.ts";
import type { Cookies } from "../http/cookies.ts";
import { methodNotAllowed } from "../http/errors.tsx";
import { leaveSession } from "../http/session.tsx";

export function logout(accounts: Accounts, cookies: Cookies) {
  const router = Router();
  router
    .route("/logout")
    .post(...readBody, async (req, res) => {
      await leaveSession(accounts, cookies, res);
      sendAnswer(req, res, { json: { message: "You are logged out." }, page: "/" });
    })
    .all(methodNotAllowed("POST"));
  return router;
}
