import { applyEvents } from "@repo/email/events";
import { expect, it } from "vitest";
import { signUpFields, startTestApp } from "../test-app.ts";

const app = await startTestApp();

it("answers a form with a page, stores a sign-up but no account yet, and queues an email", async () => {
  const email = "form@example.com";
  const fields = signUpFields({ name: "  Sam Sample ", email: ` ${email} ` });
  const response = await app.postForm("/signup", fields).expect(202).expect("Content-Type", /html/);
  expect(response.text).toContain("Check your email");
  expect(response.text).toContain(email);
  expect(response.headers["set-cookie"]).toEqual([
    expect.stringMatching(
      /^sign-up=[\w-]{43}; Max-Age=604800; Path=\/; .*; HttpOnly; SameSite=Lax$/,
    ),
  ]);
  expect(await app.db.user.findUnique({ where: { emailKey: email } })).toBeNull();
  expect(await app.db.signUp.findFirst({ where: { emailKey: email } })).toMatchObject({
    profile: { name: "Sam Sample" },
    email,
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

it("takes names in which invisible characters join or part letters", async () => {
  const names = ["Anne\u200dMarie", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u674e"];
  for (const [i, name] of names.entries()) {
    const email = `name${i}@example.com`;
    await app.postForm("/signup", signUpFields({ email, name })).expect(202);
    const stored = await app.db.signUp.findFirst({ where: { emailKey: email } });
    expect(stored).toMatchObject({ profile: { name } });
  }
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

it("shows the form again with the typed values but no password, and ties each message to its field", async () => {
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
  expect(await app.db.signUp.count({ where: { email: fields.email } })).toBe(0);
});

it("refuses a password that attackers try first, and says so at its field", async () => {
  const fields = signUpFields({ email: "weak@example.com", password: "password1" });
  const response = await app.postForm("/signup", fields).expect(422);
  expect(response.text).toMatch(/id="password-error">Choose another password/);
  expect(await app.db.signUp.count({ where: { email: fields.email } })).toBe(0);
  expect(await app.templates(fields.email)).toEqual([]);
});

it("shows what became of the email only to the browser that signed up", async () => {
  const email = "bounced@example.com";
  const cookie = await app.signUp(email);
  const look = () => app.get("/signup/sent").set("Cookie", cookie);
  const page = await look().expect(200);
  expect(page.text).toContain("is on its way");
  expect(page.text).toContain('data-state="on-its-way"');

  // Two minutes later the email bounces.
  await app.db.$executeRaw`
    UPDATE messages SET created_at = now() - interval '2 minutes' WHERE to_key = ${email}`;
  const { id } = await app.db.message.findFirstOrThrow({ where: { toKey: email } });
  await applyEvents(app.db, [
    {
      sesMessageId: "ses-bounced",
      messageId: id,
      type: "Bounce",
      recipient: email,
      dedupeKey: "1",
      occurredAt: new Date(),
      detail: { bounceType: "Permanent" },
      effect: "permanent",
    },
  ]);
  const json = await look().set("Accept", "application/json").expect(200);
  expect(json.body).toEqual({ email, status: "undeliverable" });
  const after = await look().expect(200);
  expect(after.text).toContain("could not be delivered");
  expect(after.text).toMatch(/<form [^>]*action="\/signup"[^]*value="bounced@example.com"/);

  await app.get("/signup/sent").expect(303).expect("Location", "/signup");
  const stranger = await app.get("/signup/sent").set("Accept", "application/json").expect(410);
  expect(stranger.body.error.code).toBe("SIGN_UP_UNKNOWN");
});

it("sends the email again only with the sign-up's cookie", async () => {
  const email = "again@example.com";
  const cookie = await app.signUp(email);
  await app.postForm("/signup/resend").set("Cookie", cookie).expect(303);
  expect(await app.templates(email)).toEqual(["verify-email", "verify-email"]);
  await app.postJson("/signup/resend", { email }).expect(410);
  expect(await app.templates(email)).toHaveLength(2);
});
