import type { Accounts, SessionUser } from "@repo/accounts";
import type { Locale } from "@repo/locales";
import { Router } from "express";
import { sendAnswer } from "../../http/answer.tsx";
import { methodNotAllowed } from "../../http/errors.tsx";
import { userJson } from "../../http/user-json.ts";
import { useFormats, useTexts } from "../../texts/texts.ts";
import { Layout } from "../../ui/layout.tsx";

/** What people can change in their account, and where. */
export function overview(
  accounts: Accounts,
  preferencesOf: (address: string, locale: Locale) => string,
): Router {
  const router = Router();
  router
    .route("/settings")
    .get(async (req, res) => {
      const { caller, user, locale } = res.locals;
      if (!user) return res.redirect(303, "/login");
      const sessions = await accounts.settings.sessions(caller);
      sendAnswer(req, res, {
        json: { user: userJson(user), sessions: sessions.length },
        page: (
          <Settings
            user={user}
            sessions={sessions.length}
            preferences={preferencesOf(user.email, locale)}
          />
        ),
      });
    })
    .all(methodNotAllowed("GET"));
  return router;
}

interface SettingsProps {
  user: SessionUser;
  sessions: number;
  /** The address of the page of email preferences. */
  preferences: string;
}

function Settings({ user, sessions, preferences }: SettingsProps) {
  const { settings, form } = useTexts();
  const t = settings.overview;
  const { plural } = useFormats();
  return (
    <Layout title={settings.title}>
      <section className="card">
        <h1>{settings.title}</h1>
        <dl className="settings">
          <dt>{form.name}</dt>
          <dd>
            <span>{user.name}</span> <a href="/settings/profile">{t.changeName}</a>
          </dd>
          <dt>{form.email}</dt>
          <dd>
            <span>{user.email}</span> <a href="/settings/address">{t.changeAddress}</a>
            <a href={preferences}>{t.choosePreferences}</a>
          </dd>
          <dt>{t.language}</dt>
          <dd>
            <span>{settings.language.name}</span>{" "}
            <a href="/settings/language">{t.changeLanguage}</a>
          </dd>
          <dt>{form.password}</dt>
          <dd>
            <a href="/settings/password">{t.changePassword}</a>
          </dd>
          <dt>{t.sessions}</dt>
          <dd>
            <span>{plural(sessions, t.loggedIn)}</span>{" "}
            <a href="/settings/sessions">{t.seeSessions}</a>
          </dd>
          <dt>{t.data}</dt>
          <dd>
            <a href="/settings/export">{t.downloadData}</a>
            <a href="/settings/delete">{t.deleteAccount}</a>
          </dd>
        </dl>
      </section>
    </Layout>
  );
}

/** The way back, below a form. */
export function ToSettings() {
  return (
    <p>
      <a href="/settings">{useTexts().settings.back}</a>
    </p>
  );
}
