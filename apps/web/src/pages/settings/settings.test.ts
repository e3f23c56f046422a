import { expect, it } from "vitest";
import { PASSWORD, cookieOf, signUpFields, startTestApp } from "../../test-app.ts";

const OTHER = "quite another password";
const app = await startTestApp();

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
let count = 0;
/** A person with an account, who is logged in by Firefox. */
async function person() {
  const email = `settings${++count}@example.com`;
  await app.signUpAndVerify(email);
  const answer = await app
    .postJson("/login", { email, password: PASSWORD })
    .set("User-Agent", FIREFOX);
  const cookie = cookieOf(answer, "session");
  return {
    email,
    cookie,
    get: (path: string, as = cookie) => app.get(path).set("Cookie", as),
    post: (path: string, fields: Record<string, string> = {}, as = cookie) =>
      app.postForm(path, fields).set("Cookie", as),
  };
}

it("sends everybody without a session to the log-in", async () => {
  for (const path of ["", "/profile", "/password", "/sessions", "/check"]) {
    await app.get(`/settings${path}`).expect(303).expect("Location", "/login");
    const json = await app.get(`/settings${path}`).set("Accept", "application/json").expect(401);
    expect(json.body.error.code).toBe("NOT_LOGGED_IN");
  }
  await app.postForm("/settings/sessions/end-all").expect(303).expect("Location", "/login");
});

it("changes the name, and shows the stored one in the form", async () => {
  const sam = await person();
  expect((await sam.get("/settings/profile")).text).toContain('value="Sam"');
  const refused = await sam.post("/settings/profile", { name: " " }).expect(422);
  expect(refused.text).toContain("Enter your name.");
  await sam.post("/settings/profile", signUpFields({ name: "Robin <b>" })).expect(303);
  expect((await sam.get("/settings")).text).toContain("Robin &lt;b&gt;");
  expect(await app.templates(sam.email)).toContain("account-changed");
});

it("leads to the email preferences of the person", async () => {
  const sam = await person();
  const { text } = await sam.get("/settings").expect(200);
  const [, link = ""] = /href="http:\/\/localhost:3000(\/email-preferences[^"]*)"/.exec(text) ?? [];
  await app.get(link.replaceAll("&amp;", "&")).expect(200);
});

it("changes the password, and keeps this browser logged in with new cookies", async () => {
  const sam = await person();
  const fields = { currentPassword: PASSWORD, password: OTHER };
  const wrong = await sam.post("/settings/password", { ...fields, currentPassword: "wrong" });
  expect(wrong.status).toBe(422);
  expect(wrong.text).toContain("This is not your password.");
  expect(wrong.text).not.toContain(OTHER);
  const changed = await sam.post("/settings/password", fields).expect(200);
  await sam.get("/account").expect(303);
  await sam.get("/account", cookieOf(changed, "session")).expect(200);
  expect(cookieOf(changed, "trusted-browser")).not.toBe("");
});

it("asks for the password again, and leads to no page that is not ours", async () => {
  const sam = await person();
  const form = { currentPassword: PASSWORD, next: "https://evil.example/" };
  const checked = await sam.post("/settings/check", form).expect(303);
  expect(checked.headers.location).toBe("/settings");
  // The session has another token now.
  await sam.get("/account").expect(303);
  await sam.get("/account", cookieOf(checked, "session")).expect(200);
});

it("shows the sessions, and ends one of them or all", async () => {
  const sam = await person();
  const phone = cookieOf(
    await app.postJson("/login", { email: sam.email, password: PASSWORD }),
    "session",
  );
  const page = await sam.get("/settings/sessions").expect(200);
  expect(page.text).toMatch(/Firefox, Linux<\/strong> \(this browser\)/);
  const { body } = await sam.get("/settings/sessions").set("Accept", "application/json");
  const other = body.sessions.find(({ isThis }: { isThis: boolean }) => !isThis);
  await sam.post("/settings/sessions/end", { session: "not a session" }).expect(422);
  await sam.post("/settings/sessions/end", { session: other.id }).expect(303);
  await app.get("/account").set("Cookie", phone).expect(303);
  const out = await sam.post("/settings/sessions/end-all").expect(303);
  expect(out.headers["set-cookie"]?.[0]).toMatch(/^session=; /);
  await sam.get("/account").expect(303);
});

it.each([
  ["en", "Log out", "An unknown browser"],
  ["de", "Abmelden", "Ein unbekannter Browser"],
])("names the session that a button ends, in %s", async (locale, logOut, unknown) => {
  const sam = await person();
  await app.postJson("/login", { email: sam.email, password: PASSWORD }).set("User-Agent", "x");
  await sam.post("/settings/language", { locale }).expect(303);
  const page = await sam.get("/settings/sessions").expect(200);
  expect(page.text).toContain(`aria-label="${logOut}: ${unknown}">${logOut}</button>`);
});

it("changes nothing for a post from another site", async () => {
  const sam = await person();
  for (const path of ["/profile", "/password", "/check", "/sessions/end", "/sessions/end-all"]) {
    await sam.post(`/settings${path}`).set("Origin", "https://evil.example").expect(403);
  }
  await sam.get("/account").expect(200);
});
