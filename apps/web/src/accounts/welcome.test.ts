import { expect, it } from "vitest";
import { startTestApp } from "../test-app.ts";

// Every test of the welcome email. If you remove that email, delete this file.

const app = await startTestApp();

it("queues one welcome email, even if the link is redeemed several times at once", async () => {
  const email = "once@example.com";
  const cookie = await app.signUp(email);
  const token = app.tokenFor(email);
  const verify = () => app.postJson("/verify-email", { token }).set("Cookie", cookie);
  await Promise.all(Array.from({ length: 6 }, verify));
  expect(await app.templates(email)).toEqual(["verify-email", "welcome"]);
});

it("leaves the link usable when the welcome email cannot be queued", async () => {
  const email = "later@example.com";
  const cookie = await app.signUp(email);
  const token = app.tokenFor(email);
  const verify = () => app.postJson("/verify-email", { token }).set("Cookie", cookie);
  await app.db.$executeRaw`
    ALTER TABLE messages ADD CONSTRAINT culprit CHECK (template <> 'welcome') NOT VALID`;
  await verify().expect(500);
  expect(await app.db.user.count({ where: { email } })).toBe(0);
  await app.db.$executeRaw`ALTER TABLE messages DROP CONSTRAINT culprit`;
  await verify().expect(200);
});
