import { readdirSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { PASSWORD, cookieOf, startTestApp } from "../test-app.ts";

const app = await startTestApp();

it("describes its forms to programs", async () => {
  const response = await app.get("/login").set("Accept", "application/json").expect(200);
  expect(response.body).toEqual({ method: "POST", path: "/login", fields: ["email", "password"] });
});

it("shows who is logged in on every page, with the button to log out", async () => {
  const cookie = await app.signUpAndVerify("sam@example.com");
  for (const path of ["/", "/account", "/login", "/signup", "/forgot-password", "/nowhere"]) {
    const page = await app.get(path).set("Cookie", cookie);
    expect(page.text).toMatch(/<form action="\/logout" method="post"><button[^>]*>Log out</);
  }
  const json = await app.get("/account").set("Cookie", cookie).set("Accept", "application/json");
  expect(json.body).toEqual({ user: { name: "Sam", email: "sam@example.com" } });
});

it("ignores a cookie that is not a session", async () => {
  for (const cookie of [
    "session=",
    "session=x",
    "session=%00",
    `session=${"a".repeat(4000)}`,
    "session=' OR true --",
    "session",
  ]) {
    await app.get("/").set("Cookie", cookie).expect(200);
    await app.get("/account").set("Cookie", cookie).expect(303);
  }
});

it("reads the session from its cookie only", async () => {
  const email = "elsewhere@example.com";
  await app.signUpAndVerify(email);
  const logIn = await app.postJson("/login", { email, password: PASSWORD }).expect(200);
  const session = cookieOf(logIn, "session");
  const [, token = ""] = session.split("=");
  await app.get("/account").set("Cookie", session).expect(200);
  await app.get(`/account?${session}`).expect(303);
  await app.get(`/account;${session}`).expect(404);
  await app.get("/account").set("Authorization", `Bearer ${token}`).expect(303);
  await app.get("/account").set("Session", token).expect(303);
  // The other cookies are not sessions.
  const trusted = cookieOf(logIn, "trusted-browser");
  for (const cookie of [trusted, `trusted-browser=${token}`, `sign-up=${token}`]) {
    await app.get("/account").set("Cookie", cookie).expect(303);
  }
});

it("serves every file of the app without its database, under the app's policy", async () => {
  const test = await startTestApp({ until: onTestFinished });
  const cookie = await test.signUpAndVerify("sam@example.com");
  const page = await test.get("/").set("Cookie", cookie).expect(200);

  await test.db.$executeRaw`DROP TABLE sessions CASCADE`;
  const files = readdirSync(`${import.meta.dirname}/../../public`, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map(({ name }) => `/${encodeURIComponent(name)}`);
  // The files that a page loads: the stylesheet, the script, and the logo if there is one.
  const shown = [...page.text.matchAll(/ (?:src|href)="(\/[^"]*\.[^"]*)"/g)].map(
    ([, path]) => path,
  );
  expect(shown).not.toEqual([]);
  for (const path of [...files, ...shown]) {
    const { headers } = await test.get(path!).set("Cookie", cookie).expect(200);
    expect(headers["cache-control"]).toMatch(/^public, max-age=/);
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["set-cookie"]).toBeUndefined();
  }
  await test.get("/none.png").set("Cookie", cookie).expect(500);
});
