import supertest from "supertest";
import { expect, it, onTestFinished } from "vitest";
import { PASSWORD, cookieOf, linkIn, signUpFields, startTestApp } from "../test-app.ts";

// Attacks that a stranger can try with a request.

const app = await startTestApp();

it("builds emailed links from APP_URL, whatever host a request names", async () => {
  const email = "host@example.com";
  const forged = {
    Host: "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "198.51.100.9",
    Forwarded: "host=evil.example;proto=https",
    Referer: "https://evil.example/signup",
  };
  const signUp = supertest(app.app).post("/signup").set(forged);
  await signUp.send(signUpFields({ email })).expect(202);
  const links = app.sent.filter(({ to }) => to === email).map(linkIn);
  expect(links).toHaveLength(1);
  expect(links[0]).toMatch(/^http:\/\/localhost:3000\/verify-email\?token=/);

  await app.signUpAndVerify("host-owner@example.com");
  const forgot = supertest(app.app).post("/forgot-password").set(forged);
  await forgot.send({ email: "host-owner@example.com" }).expect(202);
  await app.handleResetRequests();
  expect(linkIn(app.sent.at(-1))).toMatch(/^http:\/\/localhost:3000\/reset-password\?token=/);
});

it("limits a client by its IP address, not by an address in its headers", async () => {
  const strict = await startTestApp({ limitScale: 1, until: onTestFinished });
  const ask = (address: string) =>
    supertest(strict.app)
      .post("/forgot-password")
      .set("X-Forwarded-For", address)
      .send({ email: "somebody@example.com" });
  await ask("198.51.100.1").expect(202);
  // The client has used up its limit.
  await strict.db.$executeRaw`
    UPDATE limits SET full_at = now() + interval '15 minutes' WHERE name = 'client'`;
  await ask("198.51.100.2").expect(429);
});

it("starts a new session at log-in, whatever session cookie was there before", async () => {
  const email = "fixation@example.com";
  await app.signUpAndVerify(email);
  const planted = `session=${"x".repeat(43)}`;
  const response = await app
    .postForm("/login", { email, password: PASSWORD })
    .set("Cookie", planted)
    .expect(303);
  expect(cookieOf(response, "session")).not.toBe(planted);
  await app.get("/account").set("Cookie", planted).expect(303);
});

it("redirects only to its own pages after a log-in", async () => {
  const email = "redirect@example.com";
  await app.signUpAndVerify(email);
  const fields = { email, password: PASSWORD, next: "https://evil.example" };
  for (const query of ["next=https://evil.example", "next=//evil.example", "redirect=%5c%5cevil"]) {
    await app.postForm(`/login?${query}`, fields).expect(303).expect("Location", "/account");
  }
});

it("shows a name with a script in it as text", async () => {
  const email = "script@example.com";
  const name = "<script>alert(1)</script>";
  const signUp = await app.postJson("/signup", signUpFields({ name, email })).expect(202);
  const verified = await app
    .postJson("/verify-email", { token: app.tokenFor(email) })
    .set("Origin", "http://localhost:3000")
    .set("Cookie", cookieOf(signUp, "sign-up"))
    .expect(200);
  const page = await app.get("/account").set("Cookie", cookieOf(verified, "session")).expect(200);
  expect(page.text).not.toContain("<script>alert");
  expect(page.text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
});

it.each([
  ["in other letters for the same domain", "sam@ｅｘａｍｐｌｅ.com", 202],
  ["in capitals", "SAM@EXAMPLE.COM", 202],
  ["with a Cyrillic а: another address, and one that SES refuses", "s\u0430m@example.com", 422],
  ["with a ligature that NFKC would split", "\ufb01sam@example.com", 422],
])(
  "treats two spellings as one person only if they are one address: %s",
  async (_, typed, status) => {
    const email = "sam@example.com";
    if (!(await app.db.user.findUnique({ where: { emailKey: email } })))
      await app.signUpAndVerify(email);
    const before = await app.templates(email);
    await app.postJson("/signup", signUpFields({ email: typed })).expect(status);
    const after = await app.templates(email);
    // One more email, the notice, and no second account.
    expect(after).toEqual(status === 202 ? [...before, "account-exists"] : before);
  },
);

it("refuses a log-in from a foreign page, and JSON sent as text/plain", async () => {
  const email = "csrf@example.com";
  await app.signUpAndVerify(email);
  const fields = JSON.stringify({ email, password: PASSWORD });
  // A page may send this to another site without a CORS preflight.
  const simple = supertest(app.app).post("/login").set("Origin", "https://evil.example");
  const refused = await simple.set("Content-Type", "text/plain").send(fields).expect(403);
  expect(refused.headers["set-cookie"]).toBeUndefined();
  const own = supertest(app.app).post("/login").set("Origin", "http://localhost:3000");
  await own.set("Content-Type", "text/plain").send(fields).expect(415);
});
