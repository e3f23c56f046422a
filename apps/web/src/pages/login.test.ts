import { beforeAll, expect, it, onTestFinished } from "vitest";
import { PASSWORD, cookieOf, signUpFields, startTestApp } from "../test-app.ts";

const email = "sam@example.com";
const app = await startTestApp();
beforeAll(async () => {
  await app.signUpAndVerify(email);
  await app.signUp("unverified@example.com");
});

it("logs in with a cookie that scripts and other sites cannot use", async () => {
  const response = await app.postForm("/login", { email, password: PASSWORD });
  expect(response.status).toBe(303);
  expect(response.headers.location).toBe("/account");
  const [session, trusted] = response.headers["set-cookie"] as unknown as string[];
  expect(session).toMatch(
    /^session=[\w-]{43}; Max-Age=2592000; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/,
  );
  expect(trusted).toMatch(
    /^trusted-browser=[\w.-]+; Max-Age=34560000; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/,
  );
  expect(response.headers["cache-control"]).toBe("no-store");
  const page = await app.get("/account").set("Cookie", cookieOf(response, "session")).expect(200);
  expect(page.text).toContain(email);
  expect(page.headers["cache-control"]).toBe("no-store");
});

it("on https, sets all three cookies for https only, and no subdomain can set them", async () => {
  const secure = await startTestApp({ appUrl: "https://app.example.com", until: onTestFinished });
  await secure.signUpAndVerify(email);
  const signedUp = await secure.postForm("/signup", signUpFields({ email: "eve@example.com" }));
  expect(signedUp.headers["set-cookie"]?.[0]).toMatch(
    /^__Host-sign-up=.*; Path=\/; .*; HttpOnly; Secure; SameSite=Lax$/,
  );
  const response = await secure.postForm("/login", { email, password: PASSWORD }).expect(303);
  const set = response.headers["set-cookie"] as unknown as string[];
  expect(set.map((cookie) => cookie.split("=")[0])).toEqual([
    "__Host-session",
    "__Host-trusted-browser",
  ]);
  for (const cookie of set)
    expect(cookie).toMatch(/; Path=\/; .*; HttpOnly; Secure; SameSite=Lax$/);
  expect(response.headers["strict-transport-security"]).toBeDefined();
  await secure.get("/account").set("Cookie", cookieOf(response, "session")).expect(200);
});

it("has the fields that a password manager fills, and no other tab stop between them", async () => {
  const { text } = await app.get("/login").expect(200);
  const [, form = ""] = /<form [^>]*action="\/login"[^>]*>(.*?)<\/form>/s.exec(text) ?? [];
  const stops = form.match(/<(?:a|button|input|select|textarea)\b[^>]*>/g);
  expect(stops).toEqual([
    expect.stringMatching(/type="email".* autoComplete="username"/i),
    expect.stringMatching(/type="password".* autoComplete="current-password"/i),
    expect.stringMatching(/^<button/),
  ]);
});

it("gives a new session at each log-in, and ends the one it replaces", async () => {
  const first = cookieOf(
    await app.postJson("/login", { email, password: PASSWORD }).expect(200),
    "session",
  );
  const second = cookieOf(
    await app.postForm("/login", { email, password: PASSWORD }).set("Cookie", first).expect(303),
    "session",
  );
  expect(second).not.toBe(first);
  await app.get("/account").set("Cookie", first).expect(303).expect("Location", "/login");
  await app.get("/account").set("Cookie", second).expect(200);
});

it("tells no stranger who has an account", async () => {
  const answers = [];
  for (const address of [email, "unverified@example.com", "nobody@example.com"]) {
    const fields = { email: address, password: "a wrong password" };
    const page = await app.postForm("/login", fields).expect(401);
    const json = await app.postJson("/login", fields).expect(401);
    expect(json.body.error.code).toBe("INVALID_CREDENTIALS");
    answers.push([page.text.replaceAll(address, ""), json.body.error.message]);
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

it("answers a person who has not confirmed the sign-up like anybody else, and sends no email", async () => {
  const fields = { email: "unverified@example.com", password: PASSWORD };
  const response = await app.postForm("/login", fields).expect(401);
  expect(response.text).toContain("Just signed up? Open the link that we emailed first.");
  expect(response.headers["set-cookie"]).toBeUndefined();
  expect(await app.templates(fields.email)).toEqual(["verify-email"]);
});

it("refuses beyond a limit with 429 and the time to wait, as a page and as JSON", async () => {
  const strict = await startTestApp({ limitScale: 1, until: onTestFinished });
  const fields = { email, password: "a wrong password" };
  for (let i = 0; i < 10; i++) await strict.postJson("/login", fields).expect(401);
  const page = await strict.postForm("/login", fields).expect(429);
  const text = /That was too often\. Try again in (?:a|an|\d+) (?:minutes?|seconds?)\./;
  expect(page.text).toMatch(text);
  const json = await strict.postJson("/login", fields).expect(429);
  expect(json.body.error.code).toBe("TOO_MANY_TRIES");
  expect(json.body.error.message).toMatch(text);
  for (const { headers } of [page, json]) expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  // The log line of a lockout has the same keyed hashes as the wrong passwords before it.
  const lines = strict.log().trim().split("\n");
  const [first, ...rest] = lines.map((line) => JSON.parse(line)).filter(({ code }) => code);
  expect(rest.at(-1)).toMatchObject({ code: "TOO_MANY_TRIES", limits: "wrongPassword" });
  for (const each of rest) {
    expect(each).toMatchObject({ address: first.address, client: first.client });
  }
});

it("logs out: clears the cookie and ends the session", async () => {
  const cookie = cookieOf(await app.postJson("/login", { email, password: PASSWORD }), "session");
  const response = await app.postForm("/logout").set("Cookie", cookie).expect(303);
  expect(response.headers.location).toBe("/");
  expect(response.headers["set-cookie"]?.[0]).toMatch(/^session=; .*Expires=Thu, 01 Jan 1970/);
  const refused = await app.get("/account").set("Cookie", cookie).set("Accept", "application/json");
  expect(refused.status).toBe(401);
  expect(refused.body.error.code).toBe("NOT_LOGGED_IN");
});
