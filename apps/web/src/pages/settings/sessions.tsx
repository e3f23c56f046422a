import type { Accounts, OwnSession } from "@repo/accounts";
import { Router } from "express";
import { sendAnswer } from "../../http/answer.tsx";
import { readBody } from "../../http/body.ts";
import type { Cookies } from "../../http/cookies.ts";
import { HttpError, methodNotAllowed } from "../../http/errors.tsx";
import { fields } from "../../http/fields.ts";
import { leaveSession } from "../../http/session.tsx";
import { textsOf, useFormats, useTexts } from "../../texts/texts.ts";
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
      const t = textsOf(res.locals.locale).settings.sessions;
      const id = fields.sessionId.safeParse((req.body as { session?: unknown }).session);
      if (!id.success) throw new HttpError(422, "INVALID_INPUT", t.choose);
      await settings.endSession(res.locals.caller, id.data);
      const json = { message: t.ended };
      sendAnswer(req, res, { json, page: "/settings/sessions" });
    })
    .all(methodNotAllowed("POST"));
  router
    .route("/settings/sessions/end-all")
    .post(...readBody, async (req, res) => {
      await settings.logOutEverywhere(res.locals.caller);
      await leaveSession(accounts, cookies, res);
      const { allEnded } = textsOf(res.locals.locale).settings.sessions;
      sendAnswer(req, res, { json: { message: allEnded }, page: "/login" });
    })
    .all(methodNotAllowed("POST"));
  return router;
}

function Sessions({ own }: { own: OwnSession[] }) {
  const t = useTexts().settings.sessions;
  return (
    <Layout title={t.title}>
      <section className="card">
        <h1>{t.title}</h1>
        <p>{t.intro}</p>
        <ul className="rows">
          {own.map((session) => (
            <li key={session.id}>
              <Session {...session} />
            </li>
          ))}
        </ul>
        <form method="post" action="/settings/sessions/end-all">
          <button className="primary">{t.everywhere}</button>
        </form>
        <ToSettings />
      </section>
    </Layout>
  );
}

function Session({ id, device, since, usedAt, isThis }: OwnSession) {
  const { settings, nav } = useTexts();
  const t = settings.sessions;
  const name = device ?? t.unknown;
  return (
    <>
      <p>
        <strong>{name}</strong>
        {isThis && ` ${t.thisOne}`}
      </p>
      <p className="fine">{t.used(<Time at={since} />, <Time at={usedAt} />)}</p>
      {!isThis && (
        <form method="post" action="/settings/sessions/end">
          <input type="hidden" name="session" value={id} />
          <button className="link" aria-label={t.logOut(name)}>
            {nav.logOut}
          </button>
        </form>
      )}
    </>
  );
}

function Time({ at }: { at: Date }) {
  return <time dateTime={at.toISOString()}>{useFormats().time(at)}</time>;
}
