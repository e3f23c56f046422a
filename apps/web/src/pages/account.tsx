import type { SessionUser } from "@repo/accounts";
import type { Db } from "@repo/db";
import { type Suppressed, findSuppression } from "@repo/email/suppressions";
import type { Router } from "express";
import { sendAnswer } from "../http/answer.tsx";
import { getPage } from "../http/get-page.ts";
import { loggedIn, userOf } from "../http/logged-in.tsx";
import { userJson } from "../http/user-json.ts";
import { useFormats, useTexts } from "../texts/texts.ts";
import { Layout } from "../ui/layout.tsx";

export function account(db: Db): Router {
  return getPage("/account", loggedIn, async (req, res) => {
    const user = userOf(res);
    const off = await findSuppression(db, user.email);
    sendAnswer(req, res, {
      json: {
        user: userJson(user),
        ...(off && { emailOff: { reason: off.reason, until: off.until } }),
      },
      page: <Account user={user} off={off} />,
    });
  });
}

function Account({ user, off }: { user: SessionUser; off: Suppressed | null }) {
  const { account: t, form } = useTexts();
  const { date } = useFormats();
  return (
    <Layout title={t.title}>
      <section className="card">
        <h1>{t.title}</h1>
        {off && (
          <p className="alert" role="alert">
            {t.emailIsOff[off.reason]} {off.until && t.tryAgainOn(date(off.until))}
          </p>
        )}
        <p>{t.verified}</p>
        <dl>
          <dt>{form.name}</dt>
          <dd>{user.name}</dd>
          <dt>{form.email}</dt>
          <dd>{user.email}</dd>
        </dl>
        <p>
          <a href="/settings">{t.settings}</a>
        </p>
      </section>
    </Layout>
  );
}
