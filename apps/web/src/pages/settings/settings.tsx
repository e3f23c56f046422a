import type { Accounts, SessionUser } from "@repo/accounts";
import type { Locale } from "@repo/locales";
import type { Router } from "express";
import type { ReactNode } from "react";
import { sendAnswer } from "../../http/answer.tsx";
import { getPage } from "../../http/get-page.ts";
import { userOf } from "../../http/logged-in.tsx";
import { userJson } from "../../http/user-json.ts";
import { useFormats, useTexts } from "../../texts/texts.ts";
import { Layout } from "../../ui/layout.tsx";

/** What people can change in their account, and where. */
export function overview(
  accounts: Accounts,
  preferencesOf: (address: string, locale: Locale) => string,
): Router {
  return getPage("/settings", async (req, res) => {
    const { caller, locale } = res.locals;
    const user = userOf(res);
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
  });
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
      <section className="card wide">
        <h1>{settings.title}</h1>
        <dl className="settings">
          <Setting name={form.name} value={user.name}>
            <a href="/settings/profile">{t.changeName}</a>
          </Setting>
          <Setting name={form.email} value={user.email}>
            <a href="/settings/address">{t.changeAddress}</a>
            <a href={preferences}>{t.choosePreferences}</a>
          </Setting>
          <Setting name={t.language} value={settings.language.name}>
            <a href="/settings/language">{t.changeLanguage}</a>
          </Setting>
          <Setting name={form.password}>
            <a href="/settings/password">{t.changePassword}</a>
          </Setting>
          <Setting name={t.sessions} value={plural(sessions, t.loggedIn)}>
            <a href="/settings/sessions">{t.seeSessions}</a>
          </Setting>
          <Setting name={t.data}>
            <a href="/settings/export">{t.downloadData}</a>
            <a href="/settings/delete">{t.deleteAccount}</a>
          </Setting>
        </dl>
      </section>
    </Layout>
  );
}

/** What a person has, and the links that change it. */
function Setting(props: { name: string; value?: string; children: ReactNode }) {
  const { name, value, children } = props;
  return (
    <div>
      <dt>{name}</dt>
      {value !== undefined && <dd>{value}</dd>}
      <dd className="links">{children}</dd>
    </div>
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
