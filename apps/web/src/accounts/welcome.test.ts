import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestApp, startTestApp } from "../test-app.ts";

// All that asks for the welcome. Without that email, delete this file.

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.drop());

it("is queued once by the verification, also when the link is redeemed several times at once", async () => {
  const email = "once@example.com";
  await app.signUp(email);
  const token = app.tokenFor(email);
  await Promise.all(Array.from({ length: 6 }, () => app.postJson("/verify-email", { token })));
  expect(await app.templates(email)).toEqual(["verify-email", "welcome"]);
});

it("leaves the link usable when it cannot be queued", async () => {
  const email = "later@example.com";
  await app.signUp(email);
  const token = app.tokenFor(email);
  await app.db.$executeRaw`
    ALTER TABLE messages ADD CONSTRAINT culprit CHECK (template <> 'welcome') NOT VALID`;
  await app.postJson("/verify-email", { token }).expect(500);
  const user = { email };
  expect(await app.db.user.findFirst({ where: user })).toMatchObject({ emailVerifiedAt: null });
  expect(await app.db.session.count({ where: { user } })).toBe(0);
  await app.db.$executeRaw`ALTER TABLE messages DROP CONSTRAINT culprit`;
  await app.postJson("/verify-email", { token }).expect(200);
});
