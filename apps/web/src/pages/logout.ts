import { type RequestHandler, Router } from "express";
import type { Accounts } from "../accounts/accounts.ts";
import { sendAnswer } from "../http/answer.tsx";
import { readBody } from "../http/body.ts";
import { methodNotAllowed } from "../http/errors.tsx";
import type { SessionCookie } from "../http/session.ts";

export function logout(accounts: Accounts, cookie: SessionCookie, sameOrigin: RequestHandler) {
  const router = Router();
  router
    .route("/logout")
    .post(sameOrigin, ...readBody, async (req, res) => {
      if (res.locals.session !== undefined) await accounts.logOut(res.locals.session);
      cookie.clear(res);
      sendAnswer(req, res, { json: { message: "You are logged out." }, page: "/" });
    })
    .all(methodNotAllowed("POST"));
  return router;
}
