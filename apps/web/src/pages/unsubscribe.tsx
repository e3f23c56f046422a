import type { Db } from "@repo/db";
import { type PreferenceLinks, setPreferences } from "@repo/email/preferences";
import type { Locale } from "@repo/locales";
import { type Request, Router } from "express";
import { sendAnswer } from "../http/answer.tsx";
import { methodNotAllowed } from "../http/errors.tsx";
import { preferLanguage } from "../http/language.ts";
import { textsOf, useTexts } from "../texts/texts.ts";
import { Notice } from "../ui/notice.tsx";

export interface PreferencesConfig {
  /** The categories of email, as the pages show them. */
  categories: Record<
    string,
    { texts: Record<Locale, { name: string; about: string }>; byDefault?: "on" | "off" }
  >;
  links: PreferenceLinks;
}

/**
 * `/unsubscribe?token=…`, the link in every email that can be turned off. Scanners open links, so
 * GET only shows a button. POST acts at once, with any body: mailbox providers post
 * `List-Unsubscribe=One-Click` as a form of either type (RFC 8058). It checks no session and no
 * origin: the token proves that the request comes from the email.
 */
export function unsubscribe(db: Db, { categories, links }: PreferencesConfig): Router {
  /** The category's name in the middle of a sentence. */
  const nameOf = (category: string, locale: Locale) => {
    const rules = Object.hasOwn(categories, category) ? categories[category] : undefined;
    const { quoted, thisKind } = textsOf(locale).unsubscribe;
    return rules ? quoted(rules.texts[locale].name) : thisKind;
  };
  const router = Router();
  router
    .route("/unsubscribe")
    .get((req, res) => {
      const token = tokenOf(req);
      const { category, locale } = links.openUnsubscribe(token);
      preferLanguage(res, locale);
      sendAnswer(req, res, {
        json: { method: "POST", category },
        page: <Ask what={nameOf(category, res.locals.locale)} token={token} />,
      });
    })
    .post(async (req, res) => {
      const token = tokenOf(req);
      const { address, category, locale } = links.openUnsubscribe(token);
      preferLanguage(res, locale);
      const wanted = { [category]: false };
      await setPreferences(db, categories, { address, wanted, changedBy: "link" });
      // Not a redirect: mailbox providers need not follow it.
      sendAnswer(req, res, {
        json: { category, wanted: false },
        page: <Done what={nameOf(category, res.locals.locale)} token={token} />,
      });
    })
    .all(methodNotAllowed("GET", "POST"));
  return router;
}

/** The token of a link, or "", which no link has. */
export function tokenOf(req: Request): string {
  const { token } = req.query;
  return typeof token === "string" ? token : "";
}

interface PageProps {
  what: string;
  token: string;
}

function Ask({ what, token }: PageProps) {
  const t = useTexts().unsubscribe;
  return (
    <Notice title={t.title}>
      <p>{t.ask(what)}</p>
      <form method="post" action={`/unsubscribe?token=${token}`}>
        <button className="primary">{t.title}</button>
      </form>
      <p className="fine">
        <a href={`/email-preferences?token=${token}`}>{t.seeAll}</a>
      </p>
    </Notice>
  );
}

function Done({ what, token }: PageProps) {
  const t = useTexts().unsubscribe;
  return (
    <Notice title={t.doneTitle}>
      <p>{t.done(what)}</p>
      <p className="fine">
        {t.mistake} <a href={`/email-preferences?token=${token}`}>{t.change}</a>
      </p>
    </Notice>
  );
}
