import { expect, it } from "vitest";
import { PASSWORD, cookieOf, startTestApp } from "../test-app.ts";

const email = "sam@example.com";
const app = await startTestApp();

it("leads from a forgotten password to a new one, and ends every session", async () => {
  const cookie = await app.signUpAndVerify(email);
  const before = await app.templates(email);
  const asked = await app.postForm("/forgot-password", { email }).expect(202);
  expect(asked.text).toContain("Check your email");
  await app.handleResetRequests();
  const token = app.tokenFor(email);

  const page = await app.get(`/reset-password?token=${token}`).expect(200);
  expect(page.text).toContain(`name="token" value="${token}"`);
  // The person and their password manager see whose password it is.
  expect(page.text).toContain(`<strong>${email}</strong>`);
  expect(page.text).toMatch(new RegExp(`autoComplete="username"[^>]*value="${email}"`, "i"));
  expect(page.headers["referrer-policy"]).toBe("strict-origin");
  // The form posts to a path without the token.
  expect(page.text).toContain('action="/reset-password"');

  const short = await app.postForm("/reset-password", { token, password: "short" }).expect(422);
  expect(short.text).toContain("Use at least 8 characters.");
  expect(short.text).toContain(`value="${token}"`);

  const common = await app.postForm("/reset-password", { token, password: "password1" });
  expect(common.status).toBe(422);
  expect(common.text).toMatch(/id="password-error">Choose another password/);

  const changed = await app.postForm("/reset-password", {
    token,
    password: "quite another password",
  });
  expect(changed.status).toBe(200);
  expect(changed.text).toContain("Your password is changed");

  await app.get("/account").set("Cookie", cookie).expect(303);
  await app.postJson("/login", { email, password: PASSWORD }).expect(401);
  await app.postJson("/login", { email, password: "quite another password" }).expect(200);
  expect(await app.templates(email)).toEqual([...before, "password-reset", "password-changed"]);

  const again = await app
    .postForm("/reset-password", { token, password: "yet another" })
    .expect(410);
  expect(again.text).toContain("has been used already");
  expect(again.text).toContain('<a href="/forgot-password">Ask for a new link</a>');
});

it("logs nobody in: the new password has to be typed once more", async () => {
  const emailKey = "typed@example.com";
  const cookie = await app.signUpAndVerify(emailKey);
  const fields = { token: await app.forgot(emailKey), password: "quite another password" };
  const response = await app.postForm("/reset-password", fields).set("Cookie", cookie).expect(200);
  expect(cookieOf(response, "session")).toBe("session=");
  expect(await app.db.session.count({ where: { user: { emailKey } } })).toBe(0);
  const trusted = cookieOf(response, "trusted-browser");
  await app.get("/account").set("Cookie", trusted).expect(303).expect("Location", "/login");
});

it("tells no stranger who has an account", async () => {
  await app.signUpAndVerify("known@example.com");
  await app.signUp("unverified@example.com");
  const answers = [];
  for (const address of ["known@example.com", "unverified@example.com", "nobody@example.com"]) {
    const page = await app.postForm("/forgot-password", { email: address }).expect(202);
    const json = await app.postJson("/forgot-password", { email: address }).expect(202);
    answers.push([page.text.replaceAll(address, ""), Object.keys(page.headers).sort(), json.body]);
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  await app.handleResetRequests();
  for (const address of ["unverified@example.com", "nobody@example.com"]) {
    expect(await app.templates(address)).not.toContain("password-reset");
  }
});

it("answers JSON with JSON", async () => {
  await app.signUpAndVerify("json@example.com");
  const token = await app.forgot("json@example.com");
  const response = await app.postJson("/reset-password", {
    token,
    password: "quite another password",
  });
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ message: "Your password is changed. Log in with it." });
});
