import supertest from "supertest";
import { expect, it } from "vitest";
import { ENGLISH, PASSWORD, startTestApp } from "../test-app.ts";

const fields = { email: "sam@example.com", password: PASSWORD };
const app = await startTestApp();
const cookie = await app.signUpAndVerify(fields.email);

const form = (headers: Record<string, string>) =>
  supertest(app.app).post("/login").set(ENGLISH).set(headers).type("form").send(fields);

it.each([
  [{ Origin: "http://localhost:3000" }],
  [{ Origin: "http://localhost:3000", "Sec-Fetch-Site": "same-origin" }],
  [{ "Sec-Fetch-Site": "same-origin" }],
])("accepts a form from its own page: %j", async (headers) => {
  await form(headers).expect(303);
});

it.each([
  [{ Origin: "https://evil.example" }],
  [{ Origin: "http://localhost:3001" }],
  [{ Origin: "https://localhost:3000" }],
  [{ Origin: "http://localhost:3000.evil.example" }],
  [{ Origin: "null" }],
  [{ "Sec-Fetch-Site": "cross-site" }],
  [{ "Sec-Fetch-Site": "same-site" }],
  [{ Origin: "http://localhost:3000", "Sec-Fetch-Site": "cross-site" }],
  [{ Origin: "https://evil.example", "Sec-Fetch-Site": "same-origin" }],
  [{}],
])("refuses a form from elsewhere: %j", async (headers) => {
  const response = await form(headers).expect(403);
  expect(response.headers["set-cookie"]).toBeUndefined();
  expect(response.text).toContain("has to be sent from http://localhost:3000");
});

it("refuses a foreign post with a session, whatever its content type", async () => {
  const logout = () => supertest(app.app).post("/logout").set("Cookie", cookie);
  await logout().expect(403);
  await logout().set("Origin", "https://evil.example").expect(403);
  const json = await logout().set("Origin", "https://evil.example").send({}).expect(403);
  expect(json.body.error.code).toBe("FOREIGN_ORIGIN");
  await app.get("/account").set("Cookie", cookie).expect(200);
  await logout().set("Origin", "http://localhost:3000").send({}).expect(200);
});

it("accepts JSON without a session, as a program sends it", async () => {
  await supertest(app.app).post("/login").send(fields).expect(200);
});
