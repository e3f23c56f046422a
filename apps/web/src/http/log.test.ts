import supertest from "supertest";
import { expect, it, onTestFinished } from "vitest";
import { PASSWORD, cookieOf, linkIn, signUpFields, startTestApp } from "../test-app.ts";

const app = await startTestApp();

const email = "sam@example.com";

it("keeps every password, token, cookie, link, query and address out of the log", async () => {
  const secrets = [PASSWORD, "quite another password", "Sam Sample", email, "%40", "?", "token="];
  const signedUp = await app
    .postForm("/signup", signUpFields({ name: "Sam Sample", email }))
    .expect(202);
  const signUpCookie = cookieOf(signedUp, "sign-up");
  const verifyToken = app.tokenFor(email);
  await app.get(`/verify-email?token=${verifyToken}`).expect(200);
  await app.get(`/verify-email%3Ftoken%3D${verifyToken}`).expect(404);
  await app.get(`/verify-email/${verifyToken}`).expect(404);
  await app.get(`/unknown/${email}`).expect(404);
  await app.get(`/unknown/sam%40example.com`).expect(404);
  const verified = await app
    .postForm("/verify-email", { token: verifyToken })
    .set("Cookie", signUpCookie)
    .expect(303);
  const cookie = cookieOf(verified, "session");
  await app.get("/account").set("Cookie", cookie).set("Referer", `http://x/?token=${verifyToken}`);
  await app.postForm("/verify-email", { token: verifyToken }).expect(410);
  await app.postForm("/login", { email, password: "a wrong password" }).expect(401);
  const resetToken = await app.forgot(email);
  await app.postJson("/reset-password", { token: resetToken, password: "quite another password" });
  const queued = app.sent.map(linkIn);

  const log = app.log();
  const all = [
    ...secrets,
    "a wrong password",
    verifyToken,
    resetToken,
    signUpCookie.split("=")[1],
    cookie.split("=")[1],
    cookieOf(verified, "trusted-browser").split("=")[1],
    ...queued,
  ];
  for (const secret of all) expect(log).not.toContain(secret);
  expect(log).toContain('"path":"/verify-email"');
});

it("takes linear time for a path, which anyone may make long", async () => {
  const path = `/${".".repeat(15_000)}`;
  const begun = performance.now();
  for (let i = 0; i < 40; i++) await app.get(path).expect(404);
  expect(performance.now() - begun).toBeLessThan(2_000);
});

it("logs one line for a request, with the reason of its refusal", async () => {
  const response = await app.postJson("/login", { email, password: "a wrong password" });
  const id = response.headers["x-request-id"];
  const lines = app
    .log()
    .split("\n")
    .filter((line) => line.includes(String(id)));
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    level: 30,
    req: { id, method: "POST", path: "/login" },
    res: { status: 401 },
    code: "INVALID_CREDENTIALS",
    // Keyed hashes: they show whether one client guesses, or one person forgot.
    address: expect.stringMatching(/^[\w-]{16}$/),
    client: expect.stringMatching(/^[\w-]{16}$/),
  });
});

it.each([
  // PostgreSQL's own message shows the row that failed.
  ["a query", `ALTER TABLE messages ADD CONSTRAINT culprit CHECK (to_key = '')`],
  ["a statement", `ALTER TABLE sign_ups ADD CONSTRAINT culprit CHECK (email = '')`],
])("logs why %s failed, and shows only the request's id", async (_, breakage) => {
  const broken = await startTestApp({ until: onTestFinished });
  await broken.db.$executeRawUnsafe(breakage);
  const fields = signUpFields({ name: "Sam Sample", email });
  const page = await broken.postForm("/signup", fields).expect(500);
  const json = await broken.postJson("/signup", fields).expect(500);
  expect(page.text).toContain("Something went wrong");
  expect(json.body.error.code).toBe("INTERNAL");
  for (const response of [page, json]) {
    const id = String(response.headers["x-request-id"]);
    expect(response.text).toContain(id);
    expect(response.text).not.toMatch(/culprit|Prisma|node_modules|\.tsx?:/);
    const line = broken
      .log()
      .split("\n")
      .find((text) => text.includes(id));
    expect(JSON.parse(line ?? "")).toMatchObject({
      level: 50,
      code: "INTERNAL",
      res: { status: 500 },
      // pnpm dev shows these.
      err: {
        type: expect.stringContaining("Prisma"),
        message: expect.stringContaining("culprit"),
        stack: expect.stringMatching(/^ +at [^]*sign-up\.ts/),
      },
    });
  }
  for (const secret of [PASSWORD, email, "Sam Sample", "token=", "$argon2id"]) {
    expect(broken.log()).not.toContain(secret);
  }
});

it("ignores a request id from the client", async () => {
  const response = await supertest(app.app).get("/").set("X-Request-Id", "forged");
  expect(response.headers["x-request-id"]).toMatch(/^[\da-f-]{36}$/);
});
