import type { Accounts, SessionUser } from "@repo/accounts";
import { Router } from "express";
import { sendAnswer } from "../../http/answer.tsx";
import { methodNotAllowed } from "../../http/errors.tsx";
import { userJson } from "../../http/user-json.ts";
import { Layout } from "../../ui/layout.tsx";

/** What people can change in their account, and where. */
export function overview(accounts: Accounts, preferencesOf: (address: string) => string): Router {
  const router = Router();
  router
    .route("/settings")
    .get(async (req, res) => {
      const { caller, user } = res.locals;
      if (!user) return res.redirect(303, "/login");
      const sessions = await accounts.settings.sessions(caller);
      sendAnswer(req, res, {
        json: { user: userJson(user), sessions: sessions.length },
        page: (
          <Settings
            user={user}
            sessions={sessions.length}
            preferences={preferencesOf(user.email)}
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
  return (
    <Layout title="Settings">
      <section className="card">
        <h1>Settings</h1>
        <dl className="settings">
          <dt>Name</dt>
          <dd>
            <span>{user.name}</span> <a href="/settings/profile">Change your name</a>
          </dd>
          <dt>Email</dt>
          <dd>
            <span>{user.email}</span> <a href="/settings/address">Change your address</a>
            <a href={preferences}>Choose which email you get</a>
          </dd>
          <dt>Password</dt>
          <dd>
            <a href="/settings/password">Change your password</a>
          </dd>
          <dt>Sessions</dt>
          <dd>
            <span>{sessions === 1 ? "Only this one" : `${sessions} browsers are logged in`}</span>{" "}
            <a href="/settings/sessions">See your sessions</a>
          </dd>
          <dt>Your data</dt>
          <dd>
            <a href="/settings/export">Download your data</a>
            <a href="/settings/delete">Delete your account</a>
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
      <a href="/settings">Back to the settings</a>
    </p>
  );
}
