import { createKey, revokeKey } from "@repo/email/api";
import supertest, { type Response } from "supertest";
import { expect, it } from "vitest";
import { startTestApp } from "../test-app.ts";

const decision = { by: "operator", because: "a test" };
const message = {
  template: "verify-email",
  to: "sam@example.com",
  props: { url: "https://app.example.com", expiresInMinutes: 60 },
};
/** The body with props as text. */
const withProps = (props: string) =>
  JSON.stringify({ ...message, props: 0 }).replace('"props":0', `"props":${props}`);

const app = await startTestApp();

const make = (options: { program?: string; perHour?: number } = {}) => {
  const given = { program: "billing", templates: ["verify-email"], perHour: 1_000, ...options };
  return createKey(app.db, given, decision);
};
const { key } = await make();
const post = (body: object | string, authorization = `Bearer ${key}`) => {
  const request = supertest(app.app).post("/api/emails").type("json").send(body);
  return authorization === "" ? request : request.set("Authorization", authorization);
};
const get = (id: string, by = key) =>
  supertest(app.app).get(`/api/emails/${id}`).set("Authorization", `Bearer ${by}`);
const count = () => app.db.message.count();
const refused = (response: Response, status: number, code: string) => {
  expect(response.status).toBe(status);
  const requestId = response.headers["x-request-id"];
  expect(response.body.error).toMatchObject({ code, message: expect.any(String), requestId });
};

it("queues an email for a program, and shows its status to that program only", async () => {
  const { body, headers } = await post(message).expect(202);
  expect(body).toEqual({ id: expect.any(String) });
  expect(headers["location"]).toBe(`/api/emails/${body.id}`);
  const row = await app.db.message.findUniqueOrThrow({ where: { id: body.id } });
  expect(row).toMatchObject({ template: "verify-email", to: "sam@example.com", state: "queued" });
  const status = await get(body.id).expect(200);
  expect(status.body).toEqual({
    id: body.id,
    template: "verify-email",
    queuedAt: row.createdAt.toISOString(),
    status: "on-its-way",
  });
  const other = await make({ program: "shop" });
  for (const answer of [await get(body.id, other.key), await get("x"), await get(body.id + 1)]) {
    refused(answer, 404, "NOT_FOUND");
  }
});

it("gives the same answer to a missing, a forged and a revoked key", async () => {
  const { id, key: revoked } = await make();
  await revokeKey(app.db, id, decision);
  const before = await count();
  const answers = [];
  for (const wrong of [
    "",
    "Bearer",
    `Bearer ${revoked}`,
    `Bearer email_key_${"a".repeat(43)}`,
    `Basic ${key}`,
    `Bearer ${key} ${key}`,
    key,
  ]) {
    // The answer is the same whatever the body is.
    for (const response of [await post(message, wrong), await post("{", wrong)]) {
      refused(response, 401, "INVALID_API_KEY");
      const { date: _, etag: _etag, "x-request-id": requestId = "", ...headers } = response.headers;
      answers.push(JSON.stringify({ headers, text: response.text.replace(requestId, "") }));
    }
    const header = wrong === "" ? {} : { Authorization: wrong };
    refused(await supertest(app.app).get(`/api/emails/${id}`).set(header), 401, "INVALID_API_KEY");
  }
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toContain('"www-authenticate":"Bearer"');
  expect(await count()).toBe(before);
});

it("takes the idempotency key from the header or the body, and refuses two different ones", async () => {
  const first = await post(message).set("Idempotency-Key", "17").expect(202);
  const again = await post({ ...message, idempotencyKey: "17" }).expect(202);
  const both = await post({ ...message, idempotencyKey: "17" }).set("Idempotency-Key", "17");
  expect([again.body, both.body]).toEqual([first.body, first.body]);
  const two = await post({ ...message, idempotencyKey: "17" }).set("Idempotency-Key", "18");
  refused(two, 422, "INVALID_INPUT");
  expect(two.body.error.fields).toHaveProperty("idempotencyKey");
  const changed = await post({ ...message, to: "kim@example.com", idempotencyKey: "17" });
  refused(changed, 409, "IDEMPOTENCY_CONFLICT");
});

it.each([
  ["a misspelled field", { ...message, sendat: "2030-01-01T00:00:00Z" }, 422, "INVALID_INPUT"],
  ["raw content", { ...message, html: "<p>Hello</p>" }, 422, "INVALID_INPUT"],
  ["a header", { ...message, headers: { "X-A": "b" } }, 422, "INVALID_INPUT"],
  ["another reply address", { ...message, replyTo: "eve@example.net" }, 422, "INVALID_INPUT"],
  ["a time without a zone", { ...message, sendAt: "2030-01-01T00:00:00" }, 422, "INVALID_INPUT"],
  ["two recipients", { ...message, to: ["a@example.com"] }, 422, "INVALID_INPUT"],
  ["no body", "", 422, "INVALID_INPUT"],
  ["half a body", '{"template":', 400, "MALFORMED_JSON"],
  ["a list", "[]", 400, "MALFORMED_JSON"],
  ["a large body", { ...message, props: { url: "x".repeat(70_000) } }, 413, "BODY_TOO_LARGE"],
  ["wrong props", { ...message, props: { url: "javascript:1" } }, 422, "INVALID_PROPS"],
  ["two addresses", { ...message, to: "a@example.com,b@example.com" }, 422, "INVALID_ADDRESS"],
  [
    "a second header",
    { ...message, to: "a@example.com\r\nBcc: b@example.com" },
    422,
    "INVALID_ADDRESS",
  ],
  ["a prototype", '{"__proto__":{"template":"verify-email"}}', 422, "INVALID_INPUT"],
  ["props of a prototype", withProps('{"__proto__":{"url":"x"}}'), 422, "INVALID_PROPS"],
  [
    "deep props",
    withProps(`{"url":${"[".repeat(30_000)}${"]".repeat(30_000)}}`),
    422,
    "INVALID_PROPS",
  ],
  ["another template", { ...message, template: "welcome" }, 403, "TEMPLATE_NOT_ALLOWED"],
])("refuses %s with a code, as JSON", async (_, body, status, code) => {
  const before = await count();
  refused(await post(body).set("Accept", "text/html"), status, code);
  expect(await count()).toBe(before);
});

it("names each wrong field, and a character set that it does not take", async () => {
  const { body } = await post({ ...message, to: 7, sendat: "now", html: "x" });
  expect(Object.keys(body.error.fields).toSorted()).toEqual(["html", "sendat", "to"]);
  const utf16 = await post(message).type("application/json; charset=utf-16");
  refused(utf16, 415, "UNSUPPORTED_MEDIA_TYPE");
  expect(utf16.body.error.message).toBe("Send application/json, in UTF-8.");
  refused(await get("%ff"), 404, "NOT_FOUND");
});

it("says when a key has reached its limit, and how long to wait", async () => {
  const { key: small } = await make({ perHour: 1 });
  const { body } = await post(message, `Bearer ${small}`).expect(202);
  const response = await post(message, `Bearer ${small}`);
  refused(response, 429, "TOO_MANY_EMAILS");
  expect(Number(response.headers["retry-after"])).toBeGreaterThan(3_000);
  for (let asked = 0; asked < 10; asked++) await get(body.id, small).expect(200);
  const asked = await get(body.id, small);
  refused(asked, 429, "TOO_MANY_READS");
  expect(Number(asked.headers["retry-after"])).toBeGreaterThan(300);
});

it("cannot be used by a page in a browser: no cookie, no CORS, no form", async () => {
  const origin = { Origin: "https://evil.example" };
  const preflight = await supertest(app.app)
    .options("/api/emails")
    .set({ ...origin, "Access-Control-Request-Method": "POST" });
  refused(preflight, 405, "METHOD_NOT_ALLOWED");
  const form = await post("template=verify-email").type("form").set(origin);
  refused(form, 415, "UNSUPPORTED_MEDIA_TYPE");
  const sent = await post(message).set(origin).set("Cookie", "session=x").expect(202);
  for (const { headers } of [preflight, form, sent]) {
    expect(Object.keys(headers).join()).not.toMatch(/access-control|set-cookie/);
    expect(headers["cache-control"]).toBe("no-store");
  }
  for (const method of ["put", "delete", "patch", "get"] as const) {
    refused(await supertest(app.app)[method]("/api/emails"), 405, "METHOD_NOT_ALLOWED");
  }
  refused(await supertest(app.app).get("/api/emails/a/b"), 404, "NOT_FOUND");
});

it("logs the program and the email's id, but no key, address or props", async () => {
  const { body } = await post(message).expect(202);
  const line = app
    .log()
    .split("\n")
    .find((each) => each.includes(`"messageId":"${body.id}"`));
  expect(JSON.parse(line ?? "{}")).toMatchObject({ api: { program: "billing" } });
  for (const secret of [key, "sam@example.com", "app.example.com"]) {
    expect(app.log()).not.toContain(secret);
  }
});
