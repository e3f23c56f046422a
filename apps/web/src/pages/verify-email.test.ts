import { expect, it } from "vitest";
import { PASSWORD, cookieOf, startTestApp } from "../test-app.ts";

const app = await startTestApp();

const account = (emailKey: string) => app.db.user.findUnique({ where: { emailKey } });

it("redeems nothing when the link is only opened, as mail scanners do", async () => {
  const email = "scanned@example.com";
  await app.signUp(email);
  const token = app.tokenFor(email);
  const page = await app.get(`/verify-email?token=${token}`).expect(200);
  expect(page.text).toContain(`name="token" value="${token}"`);
  expect(page.text).toContain(`<strong>${email}</strong>`);
  expect(page.headers["referrer-policy"]).toBe("strict-origin");
  await app.get(`/verify-email?token=${token}`).set("Accept", "application/json").expect(200);
  expect(await account(email)).toBeNull();
});

it("asks for nothing in the browser that signed up, makes the account and logs its owner in", async () => {
  const email = "sam@example.com";
  const cookie = await app.signUp(email);
  const token = app.tokenFor(email);
  const page = await app.get(`/verify-email?token=${token}`).set("Cookie", cookie).expect(200);
  expect(page.text).not.toContain('type="password"');
  const response = await app.postForm("/verify-email", { token }).set("Cookie", cookie).expect(303);
  expect(response.headers.location).toBe("/account");
  expect(await account(email)).toMatchObject({ name: "Sam" });
  // The sign-up has ended, and its cookie with it.
  expect(cookieOf(response, "sign-up")).toBe("sign-up=");
  const own = await app.get("/account").set("Cookie", cookieOf(response, "session")).expect(200);
  expect(own.text).toContain(email);
});

it("asks for a name and a password in any other browser, and shows nothing that was typed elsewhere", async () => {
  const email = "phone@example.com";
  await app.signUp(email);
  const token = app.tokenFor(email);
  const page = await app.get(`/verify-email?token=${token}`).expect(200);
  expect(page.text).toContain("Signed up in another browser? Open the link there");
  expect(page.text).not.toContain('value="Sam"');
  expect(page.text).toMatch(new RegExp(`autoComplete="username"[^>]*value="${email}"`, "i"));

  const without = await app.postJson("/verify-email", { token }).expect(422);
  expect(without.body.error).toMatchObject({
    code: "PASSWORD_REQUIRED",
    fields: { password: "Choose a password for your account." },
  });
  const weak = await app.postForm("/verify-email", { token, name: "Sam P.", password: "password" });
  expect(weak.status).toBe(422);
  expect(weak.text).toContain('value="Sam P."');
  const response = await app
    .postForm("/verify-email", { token, name: "Sam P.", password: "quite another password" })
    .expect(303);
  expect(cookieOf(response, "session")).not.toBe("");
  expect(await account(email)).toMatchObject({ name: "Sam P." });
  await app.postJson("/login", { email, password: PASSWORD }).expect(401);
  await app.postJson("/login", { email, password: "quite another password" }).expect(200);
});

it("answers JSON with the user", async () => {
  const email = "json@example.com";
  const cookie = await app.signUp(email);
  const response = await app
    .postJson("/verify-email", { token: app.tokenFor(email) })
    .set("Origin", "http://localhost:3000")
    .set("Cookie", cookie)
    .expect(200);
  expect(response.body).toEqual({ user: { name: "Sam", email } });
  expect(cookieOf(response, "session")).toMatch(/^session=/);
});
