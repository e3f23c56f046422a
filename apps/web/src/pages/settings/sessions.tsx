import type { Accounts, OwnSession } from "@repo/accounts";
import { Router } from "express";
import { sendAnswer } from "../../http/answer.tsx";
import { readBody } from "../../http/body.ts";
import type { Cookies } from "../../http/cookies.ts";
import { HttpError, methodNotAllowed } from "../../http/errors.tsx";
import { fields } from "../../http/fields.ts";
import { leaveSession } from "../../http/session.tsx";
import { Layout } from "../../ui/layout.tsx";
import { ToSettings } from "./settings.tsx";

/** Shows where the person is logged in. Ends one of these sessions, or all. */
export function sessions(accounts: Accounts, cookies: Cookies): Router {
  const { settings } = accounts;
  const router = Router();
  router
    .route("/settings/sessions")
    .get(async (req, res) => {
      const own = await settings.sessions(res.locals.caller);
      sendAnswer(req, res, { json: { sessions: own }, page: <Sessions own={own} /> });
    })
    .all(methodNotAllowed("GET"));
  router
    .route("/settings/sessions/end")
    .post(...readBody, async (req, res) => {
      const id = fields.sessionId.safeParse((req.body as { session?: unknown }).session);
      if (!id.success) throw new HttpError(422, "INVALID_INPUT", "Choose a session of the list.");
      await settings.endSession(res.locals.caller, id.data);
      const json = { message: "The session has ended." };
      sendAnswer(req, res, { json, page: "/settings/sessions" });
    })
    .all(methodNotAllowed("POST"));
  router
    .route("/settings/sessions/end-all")
    .post(...readBody, async (req, res) => {
      await settings.logOutEverywhere(res.locals.caller);
      await leaveSession(accounts, cookies, res);
      sendAnswer(req, res, { json: { message: "You are logged out everywhere." }, page: "/login" });
    })
    .all(methodNotAllowed("POST"));
  return router;
}

function Sessions({ own }: { own: OwnSession[] }) {
  return (
    <Layout title="Your sessions">
      <section className="card">
        <h1>Your sessions</h1>
        <p>These browsers are logged in to your account.</p>
        <ul className="rows">
          {own.map((session) => (
            <li key={session.id}>
              <Session {...session} />
            </li>
          ))}
        </ul>
        <form method="post" action="/settings/sessions/end-all">
          <button className="primary">Log out everywhere</button>
        </form>
        <ToSettings />
      </section>
    </Layout>
  );
}

function Session({ id, device, since, usedAt, isThis }: OwnSession) {
  const name = device ?? "An unknown browser";
  return (
    <>
      <p>
        <strong>{name}</strong>
        {isThis && " (this browser)"}
      </p>
      <p className="fine">
        Since <Time at={since} />, last used <Time at={usedAt} />
      </p>
      {!isThis && (
        <form method="post" action="/settings/sessions/end">
          <input type="hidden" name="session" value={id} />
          <button className="link" aria-label={`Log out ${name}`}>
            Log out
          </button>
        </form>
      )}
    </>
  );
}

/** For example `31 January 2030, 13:45 UTC`. */
function Time({ at }: { at: Date }) {
  const text = at.toLocaleString("en-GB", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  return <time dateTime={at.toISOString()}>{text.replace(" at ", ", ")} UTC</time>;
}
