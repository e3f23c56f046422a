import { AccountError, type Accounts, LINK_MINUTES } from "@repo/accounts";
import type { MessageStatus } from "@repo/email/log";
import { Router } from "express";
import { sendAnswer, wantsJson } from "../http/answer.tsx";
import { readBody } from "../http/body.ts";
import { methodNotAllowed } from "../http/errors.tsx";
import { textsOf, useFormats, useTexts } from "../texts/texts.ts";
import { SupportAddress } from "../ui/support-address.tsx";
import { Notice } from "../ui/notice.tsx";

/** Shows what became of the email of this browser's sign-up, and sends it again. */
export function signUpSent(accounts: Accounts): Router {
  const router = Router();
  router
    .route("/signup/sent")
    .get(async (req, res) => {
      const pending = await accounts.pendingSignUp(res.locals.caller);
      if (pending) return sendAnswer(req, res, { json: pending, page: <Sent {...pending} /> });
      if (!wantsJson(req)) return res.redirect(303, "/signup");
      throw new AccountError("SIGN_UP_UNKNOWN");
    })
    .all(methodNotAllowed("GET"));
  router
    .route("/signup/resend")
    .post(...readBody, async (req, res) => {
      await accounts.resendLink(res.locals.caller);
      const json = { message: textsOf(res.locals.locale).signUp.message };
      sendAnswer(req, res, { status: 202, json, page: "/signup/sent" });
    })
    .all(methodNotAllowed("POST"));
  return router;
}

/** The page after a sign-up. It shows the address, and what to do if no email arrives. */
export function Sent({ email, status }: { email: string; status: MessageStatus }) {
  const t = useTexts().signUpSent;
  return (
    <Notice title={status === "on-its-way" ? t.onItsWayTitle : t.cameBackTitle}>
      <div className="text" data-state-url="/signup/sent" data-state={status} aria-live="polite">
        {status === "on-its-way" ? <OnItsWay email={email} /> : <Undeliverable email={email} />}
      </div>
      <p className="actions">
        <a className="button quiet" href="/signup/sent">
          {t.checkAgain}
        </a>
      </p>
      <form className="text" method="post" action="/signup/resend">
        <button className="link">{t.sendAgain}</button>
      </form>
      <p className="fine">{t.complained(<SupportAddress />)}</p>
    </Notice>
  );
}

function OnItsWay({ email }: { email: string }) {
  const t = useTexts().signUpSent;
  const life = useFormats().duration(LINK_MINUTES.verify_email);
  return (
    <>
      <p>{t.onItsWay(<strong>{email}</strong>, life)}</p>
      <p className="fine">{t.spam}</p>
    </>
  );
}

function Undeliverable({ email }: { email: string }) {
  const t = useTexts();
  return (
    <>
      <p className="alert" role="alert">
        {t.signUpSent.cameBack(<strong>{email}</strong>)}
      </p>
      <form method="get" action="/signup" noValidate>
        <div className="field">
          <label htmlFor="email">{t.form.email}</label>
          <input id="email" name="email" type="email" autoComplete="email" defaultValue={email} />
        </div>
        <button className="primary">{t.signUpSent.otherAddress}</button>
      </form>
    </>
  );
}
