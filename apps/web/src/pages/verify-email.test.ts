import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestApp, cookieOf, startTestApp } from "../test-app.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.drop());

const verifiedAt = async (email: string) =>
  (await app.db.user.findUniqueOrThrow({ where: { emailKey: email } })).emailVerifiedAt;

it("redeems nothing when the link is only opened, as mail scanners do", async () => {
  const email = "scanned@example.com";
  await app.signUp(email);
  const token = app.tokenFor(email);
  const page = await app.get(`/verify-email?token=${token}`).expect(200);
  expect(page.text).toContain(`name="token" value="${token}"`);
  expect(page.headers["referrer-policy"]).toBe("strict-origin");
  await app.get(`/verify-email?token=${token}`).set("Accept", "application/json").expect(200);
  expect(await verifiedAt(email)).toBeNull();
});

it("verifies the address and logs its owner in", async () => {
  const email = "sam@example.com";
  await app.signUp(email);
  const token = app.tokenFor(email);
  const response = await app.postForm("/verify-email", { token }).expect(303);
  expect(response.headers.location).toBe("/account");
  expect(await verifiedAt(email)).toBeInstanceOf(Date);
  const page = await app.get("/account").set("Cookie", cookieOf(response)).expect(200);
  expect(page.text).toContain(email);
});

it("answers JSON with who it is", async () => {
  const email = "json@example.com";
  await app.signUp(email);
  const response = await app.postJson("/verify-email", { token: app.tokenFor(email) }).expect(200);
  expect(response.body).toEqual({ user: { name: "Sam", email } });
  expect(cookieOf(response)).toMatch(/^session=/);
});
