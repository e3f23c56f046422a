import type { Accounts } from "@repo/accounts";
import { Router } from "express";
import { sendAnswer } from "../http/answer.tsx";
import { readBody } from "../http/body.ts";
import type { Cookies } from "../http/cookies.ts";
import { methodNotAllowed } from "../http/errors.tsx";
import { leaveSession } from "../http/session.tsx";
import { textsOf } from "../texts/texts.ts";

export function logout(accounts: Accounts, cookies: Cookies) {
  const router = Router();
  router
    .route("/logout")
    .post(...readBody, async (req, res) => {
      await leaveSession(accounts, cookies, res);
      sendAnswer(req, res, {
        json: { message: textsOf(res.locals.locale).logOut.message },
        page: "/",
      });
    })
    .all(methodNotAllowed("POST"));
  return router;
}
