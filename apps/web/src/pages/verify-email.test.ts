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

it("verifies the address, logs its owner in and queues the welcome", async () => {
  const email = "sam@example.com";
  await app.signUp(email);
  const token = app.tokenFor(email);
  const response = await app.postForm("/verify-email", { token }).expect(303);
  expect(response.headers.location).toBe("/account");
  expect(await verifiedAt(email)).toBeInstanceOf(Date);
  expect((await app.queued(email)).map(({ template }) => template)).toEqual([
    "verify-email",
    "welcome",
  ]);
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

it("tells a used, an expired and an unknown link apart, and how to get a new one", async () => {
  const email = "late@example.com";
  await app.signUp(email);
  const used = app.tokenFor(email);
  await app.postJson("/verify-email", { token: used }).expect(200);
  await app.signUp("expired@example.com");
  const expired = app.tokenFor("expired@example.com");
  await app.db.$executeRaw`UPDATE tokens SET expires_at = now() WHERE used_at IS NULL`;
  for (const [token, status, code, message] of [
    [used, 410, "TOKEN_USED", "has been used already"],
    [expired, 410, "TOKEN_EXPIRED", "has expired"],
    ["x".repeat(43), 400, "TOKEN_UNKNOWN", "not one of ours"],
    ["", 422, "INVALID_INPUT", "its end is missing"],
  ] as const) {
    const page = await app.postForm("/verify-email", { token }).expect(status);
    expect(page.text).toContain(message);
    expect(page.text).toContain('<a href="/login">log in</a>');
    const json = await app.postJson("/verify-email", { token }).expect(status);
    expect(json.body.error.code).toBe(code);
    expect(json.body.error.fields.token).toContain(message);
  }
});
