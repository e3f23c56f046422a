import { type Locale, defaultLocale, directionOf, locales } from "@repo/locales";
import { describe, expect, it } from "vitest";
import { PASSWORD, cookieOf, signUpFields, startTestApp } from "../test-app.ts";
import { textsOf } from "../texts/texts.ts";

const app = await startTestApp();

const PAGES = ["/", "/signup", "/login", "/forgot-password", "/verify-email", "/reset-password"];

describe.each(locales)("%s", (locale) => {
  it.each([...PAGES, "/nothing-here"])(
    "is the language of %s for a browser that asks for it",
    async (path) => {
      const page = await app.get(path).set("Accept-Language", locale).set("Accept", "text/html");
      expect(page.text).toMatch(
        new RegExp(`^<!doctype html><html lang="${locale}" dir="${directionOf(locale)}">`),
      );
      expect(page.headers["content-language"]).toBe(locale);
      expect(page.headers["vary"]).toContain("Accept-Language");
      expect(page.text).toContain(textsOf(locale).layout.skip);
      expect(page.text).toContain(textsOf(locale).nav.logIn);
    },
  );
});

it.each<[string | undefined, Locale]>([
  [undefined, defaultLocale],
  ["*", defaultLocale],
  ["ja", defaultLocale],
  ["ja, de;q=0.5", "de"],
  ["de-AT", "de"],
  ["de;q=0.3, en;q=0.7", "en"],
  ["en;q=0, de", "de"],
  ["not a header", defaultLocale],
])("takes Accept-Language: %s for %s", async (header, locale) => {
  const request = app.get("/login").unset("Accept-Language");
  const page = await (header === undefined ? request : request.set("Accept-Language", header));
  expect(page.headers["content-language"]).toBe(locale);
});

it("says in German what is wrong with a form, with the codes and statuses of English", async () => {
  const post = (language: string) =>
    app
      .postJson("/signup", { email: "nowhere", password: "short" })
      .set("Accept-Language", language);
  const [english, german] = await Promise.all([post("en"), post("de")]);
  expect(german.status).toBe(english.status);
  expect(german.body.error.code).toBe(english.body.error.code);
  expect(german.body.error.fields).toMatchObject({
    name: "Gib deinen Namen ein.",
    email: "Das ist keine E-Mail-Adresse. Schreib sie wie name@example.com.",
    password: "Nimm mindestens 8 Zeichen.",
  });
  const page = await app
    .postForm("/signup", signUpFields({ password: "12345678" }))
    .set("Accept-Language", "de")
    .expect(422);
  expect(page.text).toContain("<title>Fehler: Registrieren · ");
  expect(page.text).toContain("Wähle ein Passwort, das keine einfache Folge von Zeichen ist.");
  const wrong = { email: "nobody@example.com", password: PASSWORD };
  const refused = await app.postJson("/login", wrong).set("Accept-Language", "de").expect(401);
  expect(refused.body.error.code).toBe("INVALID_CREDENTIALS");
  expect(refused.body.error.message).toMatch(/^E-Mail-Adresse oder Passwort stimmt nicht\./);
});

it("emails a person in the language of the sign-up, and shows it on any browser after the log-in", async () => {
  const email = "greta@example.com";
  const signUp = await app
    .postForm("/signup", signUpFields({ email }))
    .set("Accept-Language", "de-DE, en;q=0.5")
    .expect(202);
  expect(signUp.text).toContain("Er gilt 24 Stunden.");
  await app
    .postForm("/verify-email", { token: app.tokenFor(email) })
    .set("Cookie", cookieOf(signUp, "sign-up"))
    .set("Accept-Language", "de")
    .expect(303);
  const logIn = await app.postForm("/login", { email, password: PASSWORD }).expect(303);
  const account = await app.get("/account").set("Cookie", cookieOf(logIn, "session")).expect(200);
  expect(account.text).toContain('<html lang="de"');
  expect(account.text).toContain("Du bist angemeldet, und deine Adresse ist bestätigt.");
  expect(account.headers["content-language"]).toBe("de");
  await app.forgot(email);
  const emails = app.sent.filter(({ to }) => to === email);
  const templates = emails.map(({ template }) => template);
  expect(templates).toEqual(expect.arrayContaining(["verify-email", "password-reset"]));
  expect(new Set(emails.map(({ locale }) => locale))).toEqual(new Set(["de"]));
});

it("is chosen in the settings: for the account, and for this browser after the log-out", async () => {
  const email = "robin@example.com";
  const cookie = await app.signUpAndVerify(email);
  const page = await app.get("/settings/language").set("Cookie", cookie).expect(200);
  expect(page.text).toMatch(/<option value="en" lang="en" selected="">English</);
  expect(page.text).toMatch(/<option value="de" lang="de">Deutsch</);
  const refused = await app
    .postJson("/settings/language", { locale: "toString" })
    .set({ Cookie: cookie, Origin: "http://localhost:3000" })
    .expect(422);
  expect(refused.body.error.fields).toEqual({ locale: "Choose one of the languages." });
  const chosen = await app
    .postForm("/settings/language", { locale: "de" })
    .set("Cookie", cookie)
    .expect(303)
    .expect("Location", "/settings");
  expect(await app.db.user.findUnique({ where: { emailKey: email } })).toMatchObject({
    locale: "de",
  });
  // Any browser that is logged in, and this one when nobody is.
  const settings = await app.get("/settings").set("Cookie", cookie).expect(200);
  expect(settings.text).toContain("<h1>Einstellungen</h1>");
  const [, preferences = ""] = /(\/email-preferences[^"]+)"/.exec(settings.text) ?? [];
  const linked = await app.get(preferences).set("Accept-Language", "en").expect(200);
  expect(linked.headers["content-language"]).toBe("de");
  const language = cookieOf(chosen, "language");
  const out = await app.get("/login").set("Cookie", language).set("Accept-Language", "en");
  expect(out.headers["content-language"]).toBe("de");
  const forged = await app.get("/login").set("Cookie", "language=<b>").set("Accept-Language", "en");
  expect(forged.headers["content-language"]).toBe("en");
  await app.forgot(email);
  expect(app.sent.at(-1)).toMatchObject({ template: "password-reset", locale: "de" });
});

it("answers a request for a new password in the browser's language, account or not", async () => {
  await app.signUpAndVerify("english@example.com");
  const answer = async (email: string) => {
    const { status, text, headers } = await app
      .postForm("/forgot-password", { email })
      .set("Accept-Language", "de");
    return { status, text: text.replaceAll(email, ""), language: headers["content-language"] };
  };
  const known = await answer("english@example.com");
  expect(known).toMatchObject({ status: 202, language: "de" });
  expect(await answer("nobody@example.com")).toEqual(known);
});
