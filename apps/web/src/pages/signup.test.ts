import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestApp, signUpFields, startTestApp } from "../test-app.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.drop());

it("answers a form with a page, an unverified account and a queued email", async () => {
  const email = "form@example.com";
  const fields = signUpFields({ name: "  Sam Sample ", email: ` ${email} ` });
  const response = await app.postForm("/signup", fields).expect(202).expect("Content-Type", /html/);
  expect(response.text).toContain("Check your email");
  expect(response.text).toContain(email);
  expect(response.headers["set-cookie"]).toBeUndefined();
  expect(await app.db.user.findUnique({ where: { emailKey: email } })).toMatchObject({
    name: "Sam Sample",
    email,
    emailVerifiedAt: null,
  });
  expect(await app.queued(email)).toEqual([
    { template: "verify-email", to: email, state: "queued", outcome: "none" },
  ]);
  expect(app.log()).toContain(response.headers["x-request-id"]);
});

it("answers JSON with JSON", async () => {
  const email = "json@example.com";
  const body = signUpFields({ email });
  const response = await app.postJson("/signup", body).expect(202).expect("Content-Type", /json/);
  expect(response.body).toEqual({ message: "Check your email for a link." });
  expect(await app.queued(email)).toHaveLength(1);
});

it("tells no stranger who has an account", async () => {
  await app.signUpAndVerify("verified@example.com");
  await app.signUp("unverified@example.com");
  const [stranger, ...known] = await Promise.all(
    ["nobody@example.com", "verified@example.com", "unverified@example.com"].map(async (email) => {
      const fields = signUpFields({ name: "Eve", email, password: "another password" });
      const page = await app.postForm("/signup", fields);
      const json = await app.postJson("/signup", fields);
      const html = page.text.replaceAll(email, "the address");
      return [page.status, html, Object.keys(page.headers).sort(), json.status, json.body];
    }),
  );
  for (const answer of known) expect(answer).toEqual(stranger);
});

it("shows the form again with what was typed, each message tied to its field, and no password", async () => {
  const fields = signUpFields({
    name: 'Sam "the first" <b>',
    email: "sam at example",
    password: "short",
  });
  const response = await app.postForm("/signup", fields).expect(422);
  expect(response.text).toContain('value="Sam &quot;the first&quot; &lt;b&gt;"');
  expect(response.text).toContain('value="sam at example"');
  expect(response.text).not.toContain('value="short"');
  expect(response.text).toMatch(/<p class="error" id="email-error">This is not an email address/);
  expect(response.text).toMatch(
    /<input id="email"[^>]* aria-invalid="true"[^>]* aria-describedby="email-error"/,
  );
  expect(response.text).toMatch(
    /<input id="password"[^>]* aria-describedby="password-hint password-error"/,
  );
  expect(await app.db.user.count({ where: { name: { startsWith: 'Sam "' } } })).toBe(0);
});
