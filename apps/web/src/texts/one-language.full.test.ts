import { brand } from "@repo/brand";
import { type Locale, defaultLocale, directionOf, locales } from "@repo/locales";
import { type ReactNode, isValidElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import supertest, { type Response } from "supertest";
import { describe, expect, it } from "vitest";
import { PASSWORD, categories, signUpFields, startTestApp } from "../test-app.ts";
import { textsOf } from "./texts.ts";

// A person whose language is not the product's walks through every page that a person can see.
// Words that only the product's texts have must not appear. So a new text is covered without a
// change here, and a sentence that somebody has written into a page is found too.

const ORIGIN = "http://localhost:3000";
const OTHER = "quite another password";
const app = await startTestApp();

describe.each(locales.filter((locale) => locale !== defaultLocale))("%s", (locale) => {
  const foreign = wordsOnlyOf(defaultLocale, locale);

  /** A browser of this language, with its cookies. It checks every page that it gets. */
  function browser() {
    const agent = supertest
      .agent(app.app)
      .set("Accept-Language", locale)
      .set("Accept", "text/html");
    const post = (path: string) => agent.post(path).set("Origin", ORIGIN).type("form");
    return {
      get: async (path: string, status = 200) => check(await agent.get(path), path, status),
      post: async (path: string, fields: Record<string, string> = {}, status = 200) =>
        check(await post(path).send(fields), path, status),
    };
  }

  function check(page: Response, path: string, status: number): Response {
    const where = `${path} ${status}`;
    expect(page.status, `${where}\n${page.text}`).toBe(status);
    if (page.type !== "text/html" || status === 303) return page;
    const html = `<!doctype html><html lang="${locale}" dir="${directionOf(locale)}">`;
    expect(page.text.slice(0, html.length), where).toBe(html);
    expect(page.headers["content-language"], where).toBe(locale);
    const words = wordsOf(visibleText(page.text)).filter((word) => foreign.has(word));
    expect([...new Set(words)], `${where}\n${visibleText(page.text)}`).toEqual([]);
    return page;
  }

  let count = 0;
  /** A person with an account, who is logged in. */
  async function person() {
    const email = `p${++count}.${locale}@example.com`;
    const own = browser();
    await own.get("/signup");
    await own.post("/signup", {}, 422);
    await own.post("/signup", signUpFields({ email }), 202);
    await own.get("/signup/sent");
    const token = app.tokenFor(email);
    await own.get(`/verify-email?token=${token}`);
    await own.post("/verify-email", { token }, 303);
    await own.get("/account");
    return { ...own, email };
  }
  const letPasswordsAge = () => app.db.$executeRaw`
    UPDATE sessions SET password_checked_at = now() - interval '16 minutes'`;

  it("is the language of the settings, from the name to the sessions", async () => {
    const sam = await person();
    await sam.get("/");
    await sam.get("/logout", 405);
    await sam.post("/login", { email: "a".repeat(20_000) }, 413);
    await sam.get("/settings");
    await sam.get("/settings/profile");
    await sam.post("/settings/profile", { name: " " }, 422);
    await sam.post("/settings/profile", signUpFields({ name: "Zoë" }), 303);
    await sam.get("/settings/language");
    await sam.post("/settings/language", { locale: "x" }, 422);
    await sam.get("/settings/password");
    for (const currentPassword of ["", OTHER])
      await sam.post("/settings/password", { currentPassword, password: OTHER }, 422);
    const weak = { currentPassword: PASSWORD, password: "password1" };
    await sam.post("/settings/password", weak, 422);
    await sam.post("/settings/password", { currentPassword: PASSWORD, password: OTHER });

    const elsewhere = browser();
    await elsewhere.get("/login");
    await elsewhere.post("/login", { email: sam.email, password: PASSWORD }, 401);
    await elsewhere.post("/login", { email: sam.email, password: OTHER }, 303);
    await sam.get("/settings");
    const { text } = await sam.get("/settings/sessions");
    await sam.post("/settings/sessions/end", { session: "x" }, 422);
    const [, session = ""] = /name="session" value="([^"]+)"/.exec(text) ?? [];
    await sam.post("/settings/sessions/end", { session }, 303);
    await sam.get("/settings/export");
    await sam.post("/settings/export");
    await sam.post("/settings/sessions/end-all", {}, 303);
    await sam.get("/login");
  });

  it("is the language of a change of the address, and of its undo", async () => {
    const sam = await person();
    const to = `new.${sam.email}`;
    await letPasswordsAge();
    await sam.get("/settings/address", 303);
    await sam.get("/settings/check?next=%2Fsettings%2Faddress");
    await sam.post("/settings/check", { currentPassword: OTHER }, 422);
    await sam.post("/settings/check", { currentPassword: PASSWORD }, 303);
    await sam.get("/settings/address");
    for (const email of ["", "nowhere", sam.email])
      await sam.post("/settings/address", { email }, 422);
    await sam.post("/settings/address", { email: to }, 202);
    const token = app.tokenFor(to);
    const confirm = "/settings/address/confirm";
    await browser().get(`${confirm}?token=${token}`, 401);
    await (await person()).get(`${confirm}?token=${token}`, 403);
    await sam.get(`${confirm}?token=${token}`);
    await sam.post(confirm, { token }, 303);
    await sam.get(`${confirm}?token=${token}`, 410);

    const undo = app.tokenFor(sam.email);
    const mailbox = browser();
    await mailbox.get("/undo-address");
    await mailbox.get("/undo-address?token=x", 400);
    await mailbox.get(`/undo-address?token=${undo}`);
    await mailbox.post("/undo-address", { token: undo, password: "short" }, 422);
    await mailbox.post("/undo-address", { token: undo, password: OTHER });
    await mailbox.get(`/undo-address?token=${undo}`, 410);
    expectEmails(sam.email, to);
  });

  it("is the language of a forgotten password", async () => {
    const { email } = await person();
    const lost = browser();
    await lost.get("/forgot-password");
    await lost.post("/forgot-password", { email }, 202);
    await app.handleResetRequests();
    const token = app.tokenFor(email);
    await lost.get("/reset-password");
    await lost.get(`/reset-password?token=${token}`);
    await lost.post("/reset-password", { token, password: PASSWORD });
    await lost.get(`/reset-password?token=${token}`, 410);
    expectEmails(email);
  });

  it("is the language of a deletion, up to the last email", async () => {
    const sam = await person();
    await sam.get("/settings/delete");
    await sam.post("/settings/delete", {}, 202);
    const token = app.tokenFor(sam.email);
    const confirm = "/settings/delete/confirm";
    await sam.get(confirm);
    await sam.get(`${confirm}?token=${token}`);
    for (const currentPassword of ["", OTHER])
      await sam.post(confirm, { token, currentPassword }, 422);
    await sam.post(confirm, { token, currentPassword: PASSWORD });
    await sam.get("/nothing-here", 404);
    expectEmails(sam.email);
    expect(app.sent.at(-1)).toMatchObject({ template: "account-deleted", locale });
  });

  it("is the language of the pages behind the links to unsubscribe, if the email was in it", async () => {
    const email = `reader.${locale}@example.com`;
    // This browser speaks the product's language.
    const any = supertest.agent(app.app).set("Accept-Language", defaultLocale);
    const { unsubscribe, preferences } = app.links.of(email, "news", locale);
    for (const link of [unsubscribe, preferences, app.links.preferencesOf(email, locale)]) {
      const path = link.replace(ORIGIN, "");
      check(await any.get(path), path, 200);
      check(await any.post(path).type("form").send("wanted=tips"), path, 200);
    }
    // These say nothing about a language.
    for (const path of ["/unsubscribe?token=x", "/email-preferences?token=x"])
      await browser().get(path, 400);
    await browser().get(app.links.of(email, "news").unsubscribe.replace(ORIGIN, ""));
    const security = app.links.of(email, "security").unsubscribe;
    await browser().post(security.replace(ORIGIN, ""), {}, 422);
  });

  /** Expects that every email to these addresses is in this language. */
  function expectEmails(...addresses: string[]): void {
    const emails = app.sent.filter(({ to }) => addresses.includes(to));
    expect(emails.map(({ template, locale: its }) => [template, its])).toEqual(
      emails.map(({ template }) => [template, locale]),
    );
  }
});

/** What the texts say, with nothing in their gaps. */
function saidBy(texts: unknown): string[] {
  if (typeof texts === "string") return [texts];
  if (typeof texts === "function") {
    const made: ReactNode = texts(...Array<string>(texts.length).fill(""));
    return saidBy(made);
  }
  if (isValidElement(texts)) return [visibleText(renderToStaticMarkup(texts))];
  return Object.values(texts as object).flatMap(saidBy);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+/gu) ?? [];
}

/** The words that the texts of a language have, and those of another do not. */
function wordsOnlyOf(locale: Locale, other: Locale): Set<string> {
  const wordsIn = (each: Locale) => new Set(saidBy(textsOf(each)).flatMap(wordsOf));
  const others = wordsIn(other);
  return new Set([...wordsIn(locale)].filter((word) => !others.has(word)));
}

// Of the tests' categories, which say the same in every language.
const NAMES = Object.values(categories).flatMap(({ texts }) => Object.values(texts[defaultLocale]));

/** What a page says, also to a screen reader. Elements marked with another `lang` do not count. */
function visibleText(html: string): string {
  const said = html
    .replaceAll(/<(\w+)[^>]* lang="[^"]*"[^>]*>[^<]*<\/\1>/g, " ")
    .replaceAll(/<code>.*?<\/code>/g, " ");
  const attributes = said.matchAll(/ (?:aria-label|alt|title|data-show|data-hide)="([^"]*)"/g);
  const text = [said.replaceAll(/<[^>]*>/g, " "), ...[...attributes].map(([, value]) => value)]
    .join(" ")
    .replaceAll("&quot;", '"')
    .replaceAll("&#x27;", "'")
    .replaceAll("&amp;", "&")
    .replaceAll(/[\w.]+@[\w.]+/g, " ");
  // English has AM in its times, and German has the word "am".
  return [...NAMES, brand.name, brand.supportEmail, "GET", "AM"].reduce(
    (rest, name) => rest.replaceAll(name, " "),
    text,
  );
}
