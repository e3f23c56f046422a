import supertest from "supertest";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  PASSWORD,
  type TestApp,
  cookieOf,
  linkIn,
  signUpFields,
  startTestApp,
} from "../test-app.ts";

// What a stranger can send, and what must not come of it.

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.drop());

it("takes the address in an emailed link from APP_URL, whatever a request says of its host", async () => {
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

it("counts a client by its own address, not by one that it writes into a header", async () => {
  const strict = await startTestApp({ limitScale: 1 });
  const ask = (address: string) =>
    supertest(strict.app)
      .post("/forgot-password")
      .set("X-Forwarded-For", address)
      .send({ email: "somebody@example.com" });
  await ask("198.51.100.1").expect(202);
  // It has used up all that it had.
  await strict.db.$executeRaw`
    UPDATE limits SET full_at = now() + interval '15 minutes' WHERE name = 'client'`;
  await ask("198.51.100.2").expect(429);
  await strict.drop();
});

it("adopts no session that was there before the log-in", async () => {
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

it("leads nowhere but to its own pages after a log-in", async () => {
  const email = "redirect@example.com";
  await app.signUpAndVerify(email);
  const fields = { email, password: PASSWORD, next: "https://evil.example" };
  for (const query of ["next=https://evil.example", "next=//evil.example", "redirect=%5c%5cevil"]) {
    await app.postForm(`/login?${query}`, fields).expect(303).expect("Location", "/account");
  }
});

it("shows a name with script as text, and puts none into an email's headers", async () => {
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
  [
    "with a Cyrillic а, which is another address and none that SES takes",
    "s\u0430m@example.com",
    422,
  ],
  ["with a ligature that NFKC would take apart", "\ufb01sam@example.com", 422],
])(
  "takes an address for the same person only where it is the same: %s",
  async (_, typed, status) => {
    const email = "sam@example.com";
    if (!(await app.db.user.findUnique({ where: { emailKey: email } })))
      await app.signUpAndVerify(email);
    const before = await app.templates(email);
    await app.postJson("/signup", signUpFields({ email: typed })).expect(status);
    const after = await app.templates(email);
    // The notice, and no second account.
    expect(after).toEqual(status === 202 ? [...before, "account-exists"] : before);
  },
);

it("takes a post from a foreign page for none of ours: no JSON as text/plain, no log-in", async () => {
  const email = "csrf@example.com";
  await app.signUpAndVerify(email);
  const fields = JSON.stringify({ email, password: PASSWORD });
  // What a page may send elsewhere without asking first.
  const simple = supertest(app.app).post("/login").set("Origin", "https://evil.example");
  const refused = await simple.set("Content-Type", "text/plain").send(fields).expect(403);
  expect(refused.headers["set-cookie"]).toBeUndefined();
  const own = supertest(app.app).post("/login").set("Origin", "http://localhost:3000");
  await own.set("Content-Type", "text/plain").send(fields).expect(415);
});
