import type { SessionUser } from "@repo/accounts";
import { brand } from "@repo/brand";
import { defaultLocale } from "@repo/locales";
import type { Router } from "express";
import { sendAnswer } from "../http/answer.tsx";
import { getPage } from "../http/get-page.ts";
import { useTexts } from "../texts/texts.ts";
import { Layout } from "../ui/layout.tsx";

export function home(): Router {
  return getPage("/", (req, res) => {
    const { name, tagline } = brand;
    sendAnswer(req, res, { page: <Home user={res.locals.user} />, json: { name, tagline } });
  });
}

function Home({ user }: { user: SessionUser | undefined }) {
  const t = useTexts();
  return (
    <Layout title={brand.name}>
      <section className="hero">
        <h1 lang={defaultLocale}>{brand.tagline}</h1>
        <p>{t.home.about}</p>
        <p>{t.home.delivery}</p>
        {user ? (
          <p className="actions">
            <a className="button" href="/account">
              {t.home.toAccount}
            </a>
          </p>
        ) : (
          <p className="actions">
            <a className="button" href="/signup">
              {t.nav.signUp}
            </a>
            <a className="button quiet" href="/login">
              {t.nav.logIn}
            </a>
          </p>
        )}
      </section>
    </Layout>
  );
}
