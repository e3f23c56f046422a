import type { SessionUser } from "@repo/accounts";
import type { Db } from "@repo/db";
import { type Suppressed, findSuppression } from "@repo/email/suppressions";
import { Router } from "express";
import { sendAnswer, wantsJson } from "../http/answer.tsx";
import { HttpError, methodNotAllowed } from "../http/errors.tsx";
import { userJson } from "../http/user-json.ts";
import { Layout } from "../ui/layout.tsx";

export function account(db: Db): Router {
  const router = Router();
  router
    .route("/account")
    .get(async (req, res) => {
      const { user } = res.locals;
      if (user) {
        const off = await findSuppression(db, user.email);
        return sendAnswer(req, res, {
          json: {
            user: userJson(user),
            ...(off && { emailOff: { reason: off.reason, until: off.until } }),
          },
          page: <Account user={user} off={off} />,
        });
      }
      if (!wantsJson(req)) return res.redirect(303, "/login");
      throw new HttpError(401, "NOT_LOGGED_IN", "Log in first: POST /login.");
    })
    .all(methodNotAllowed("GET"));
  return router;
}

function Account({ user, off }: { user: SessionUser; off: Suppressed | null }) {
  return (
    <Layout title="Your account">
      <section className="card">
        <h1>Your account</h1>
        {off && (
          <p className="alert" role="alert">
            {EMAIL_IS_OFF[off.reason]} {off.until && `We try again on ${day(off.until)}.`}
          </p>
        )}
        <p>You are logged in, and your address is verified.</p>
        <dl>
          <dt>Name</dt>
          <dd>{user.name}</dd>
          <dt>Email</dt>
          <dd>{user.email}</dd>
        </dl>
        <p>
          <a href="/settings">Settings</a>
        </p>
      </section>
    </Layout>
  );
}

const EMAIL_IS_OFF: Record<Suppressed["reason"], string> = {
  bounce:
    "We no longer send email to this address: the last one came back, because the mailbox does not exist or refuses our email.",
  "soft-bounces":
    "For now we send only security email to this address: several emails came back, for example because the mailbox is full.",
  complaint:
    "We no longer send email to this address: one of our emails was reported as spam from this mailbox.",
  manual: "We no longer send email to this address: it was stopped by hand.",
};

/** For example `31 January 2030`, in UTC. */
const day = (time: Date) =>
  time.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
