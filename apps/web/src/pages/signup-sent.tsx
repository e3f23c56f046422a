import { AccountError, type Accounts, LINK_MINUTES } from "@repo/accounts";
import { brand } from "@repo/brand";
import type { MessageStatus } from "@repo/email/log";
import { duration } from "@repo/templates/duration";
import { Router } from "express";
import { sendAnswer, wantsJson } from "../http/answer.tsx";
import { readBody } from "../http/body.ts";
import { methodNotAllowed } from "../http/errors.tsx";
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
      const json = { message: "Check your email for a link." };
      sendAnswer(req, res, { status: 202, json, page: "/signup/sent" });
    })
    .all(methodNotAllowed("POST"));
  return router;
}

/** The page after a sign-up. It shows the address, and what to do if no email arrives. */
export function Sent({ email, status }: { email: string; status: MessageStatus }) {
  return (
    <Notice title={status === "on-its-way" ? "Check your email" : "Our email came back"}>
      <div className="text" data-state-url="/signup/sent" data-state={status} aria-live="polite">
        {status === "on-its-way" ? <OnItsWay email={email} /> : <Undeliverable email={email} />}
      </div>
      <p className="actions">
        <a className="button quiet" href="/signup/sent">
          Check again
        </a>
      </p>
      <form className="text" method="post" action="/signup/resend">
        <button className="link">Send the email again</button>
      </form>
      <p className="fine">
        Have you ever reported one of our emails as spam? Then we no longer send you email. To
        change that, write to <a href={`mailto:${brand.supportEmail}`}>{brand.supportEmail}</a>.
      </p>
    </Notice>
  );
}

function OnItsWay({ email }: { email: string }) {
  return (
    <>
      <p>
        An email to <strong>{email}</strong> is on its way. Open its link in this browser, and you
        are in. It works for {duration(LINK_MINUTES.verify_email)}.
      </p>
      <p className="fine">Nothing after a few minutes? Look in the spam folder.</p>
    </>
  );
}

function Undeliverable({ email }: { email: string }) {
  return (
    <>
      <p className="alert" role="alert">
        Our email to <strong>{email}</strong> could not be delivered. Is the address spelled right?
      </p>
      <form method="get" action="/signup" noValidate>
        <div className="field">
          <label htmlFor="email">Email</label>
          <input id="email" name="email" type="email" autoComplete="email" defaultValue={email} />
        </div>
        <button className="primary">Sign up with this address</button>
      </form>
    </>
  );
}
