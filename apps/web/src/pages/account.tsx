import { Router } from "express";
import type { SessionUser } from "../accounts/sessions.ts";
import { sendAnswer, wantsJson } from "../http/answer.tsx";
import { HttpError, methodNotAllowed } from "../http/errors.tsx";
import { Layout } from "../ui/layout.tsx";

export function account(): Router {
  const router = Router();
  router
    .route("/account")
    .get((req, res) => {
      const { user } = res.locals;
      if (user) return sendAnswer(req, res, { json: { user }, page: <Account user={user} /> });
      if (!wantsJson(req)) return res.redirect(303, "/login");
      throw new HttpError(401, "NOT_LOGGED_IN", "Log in first: POST /login.");
    })
    .all(methodNotAllowed("GET"));
  return router;
}

function Account({ user }: { user: SessionUser }) {
  return (
    <Layout title="Your account">
      <section className="card">
        <h1>Your account</h1>
        <p>You are logged in, and your address is verified.</p>
        <dl>
          <dt>Name</dt>
          <dd>{user.name}</dd>
          <dt>Email</dt>
          <dd>{user.email}</dd>
        </dl>
        <p>
          <a href="/forgot-password">Change your password</a>
        </p>
      </section>
    </Layout>
  );
}
