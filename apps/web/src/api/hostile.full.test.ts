import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { createKey } from "@repo/email/api";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { startTestApp } from "../test-app.ts";

// Requests that no library would send, over HTTP.

const message = {
  template: "verify-email",
  to: "sam@example.com",
  props: { url: "https://app.example.com", expiresInMinutes: 60 },
};
const json = JSON.stringify(message);

const app = await startTestApp();
let port: number;
let key: string;
let close: () => void;
beforeAll(async () => {
  const server = app.app.listen(0, "127.0.0.1");
  await once(server, "listening");
  close = () => server.close();
  ({ port } = server.address() as AddressInfo);
  key = (await make("billing")).key;
});
afterAll(() => close());

const make = (program: string, perHour = 100_000) =>
  createKey(
    app.db,
    { program, templates: ["verify-email"], perHour },
    { by: "operator", because: "a test" },
  );

type Header = [name: string, value: string];
const type = (value: string): Header => ["Content-Type", value];
const bearer = (value: string): Header => ["Authorization", `Bearer ${value}`];

/** Sends headers as they are, also twice. */
async function send(method: string, path: string, headers: Header[], body: string | Buffer = "") {
  const length: Header = ["Content-Length", String(Buffer.byteLength(body))];
  // A list, because an object has each name once.
  const all: Header[] = [["Host", "127.0.0.1"], length, ...headers];
  const sent = request({ host: "127.0.0.1", port, path, method, headers: all.flat() });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const answer = await text(response);
  return { status: response.statusCode ?? 0, answer };
}

const post = (body: string | Buffer | object, ...headers: Header[]) => {
  const bytes = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const all = headers.some(([name]) => name === "Content-Type")
    ? headers
    : [type("application/json"), ...headers];
  return send("POST", "/api/emails", [bearer(key), ...all], bytes);
};

const idempotent = (value: string): Header => ["Idempotency-Key", value];
const at = (time: string) => ({ ...message, sendAt: time });

it.each([
  ["an idempotency key in two headers", () => post(json, idempotent("a"), idempotent("b")), 422],
  ["an idempotency key in UTF-8", () => post(json, idempotent("\u00c3\u00a9")), 422],
  ["an empty idempotency key", () => post(json, idempotent("")), 422],
  ["an idempotency key with a zero", () => post({ ...message, idempotencyKey: "a\0" }), 422],
  ["one that only looks like a", () => post({ ...message, idempotencyKey: "\u0430" }), 422],
  ["an emoji", () => post({ ...message, idempotencyKey: "\u{1f600}" }), 422],
  ["a number as idempotency key", () => post({ ...message, idempotencyKey: 17 }), 422],
  ["the year 0", () => post(at("0000-01-01T00:00:00Z")), 422],
  ["a time after the year 9999", () => post(at("9999-12-31T23:59:59-14:00")), 422],
  [
    "an expiry in the year 9999",
    () => post({ ...message, expiresAt: "9999-06-01T00:00:00Z" }),
    422,
  ],
  ["30 February", () => post(at("2030-02-30T00:00:00Z")), 422],
  ["a zero in the address", () => post({ ...message, to: "a\0@example.com" }), 422],
  ["half a surrogate", () => post(json.replace("sam@", "\\ud800@")), 422],
  ["an address of 60 KB", () => post({ ...message, to: `${"a".repeat(60_000)}@example.com` }), 422],
  ["a zero in the template", () => post({ ...message, template: "verify-email\0" }), 403],
  ["a template of the prototype", () => post({ ...message, template: "toString" }), 403],
  ["a zero in the language", () => post({ ...message, locale: "de\0" }), 422],
  ["a language of 60 KB", () => post({ ...message, locale: "d".repeat(60_000) }), 422],
  ["a constructor", () => post(json.replace("{", '{"constructor":{"prototype":{}},')), 422],
  ["objects in objects", () => post('{"a":'.repeat(10_000) + "1" + "}".repeat(10_000)), 422],
  ["an infinite number", () => post(json.replace("60", "1e999")), 422],
  ["UTF-16", () => post(Buffer.from(json, "utf16le")), 400],
  ["bytes that are not UTF-8", () => post(Buffer.from([0x7b, 0xff, 0x7d])), 400],
  ["5 MB", () => post(`{"a":"${"x".repeat(5_000_000)}"}`), 413],
  ["a compressed body", () => post(gzipSync(json), ["Content-Encoding", "gzip"]), 415],
  ["a body compressed twice", () => post(json, ["Content-Encoding", "identity, gzip"]), 415],
  ["a compressed body that does not say so", () => post(gzipSync(json)), 400],
  ["another kind of JSON", () => post(json, type("application/json-patch+json")), 415],
  ["another character set", () => post(json, type("application/json; charset=utf-16")), 415],
  ["a form of JSON", () => post(json, type("multipart/form-data; boundary=application/json")), 415],
] as const)("refuses %s, and queues nothing", async (_, sent, status) => {
  const before = await app.db.message.count();
  const { status: got, answer } = await sent();
  expect(got, answer).toBe(status);
  expect(JSON.parse(answer)).toMatchObject({ error: { code: expect.any(String) } });
  expect(answer.length).toBeLessThan(1_000);
  expect(await app.db.message.count()).toBe(before);
});

it("refuses a body that is declared too long, before it comes", async () => {
  const headers = {
    Authorization: `Bearer ${key}`,
    "Content-Type": "application/json",
    "Content-Length": 50_000_000,
  };
  const path = "/api/emails";
  const asked = request({ host: "127.0.0.1", port, path, method: "POST", headers });
  onTestFinished(() => void asked.destroy());
  asked.flushHeaders();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  expect(answer.statusCode).toBe(413);
});

it.each(["%00", "%ZZ", "..%2f..", "a".repeat(9_000), "%27%20or%201=1", crypto.randomUUID()])(
  "finds no email %s",
  async (id) => {
    const { status, answer } = await send("GET", `/api/emails/${id}`, [bearer(key)]);
    expect(status).toBe(404);
    expect(JSON.parse(answer)).toMatchObject({ error: { code: expect.any(String) } });
  },
);

it("takes a key from one place only, and never logs it", async () => {
  const places: [path: string, headers: Header[]][] = [
    [`/api/emails?key=${key}&access_token=${key}`, []],
    [`/api/emails;key=${key}`, []],
    ["/api/emails", [["Cookie", `key=${key}`]]],
    ["/api/emails", [["X-Api-Key", key]]],
    ["/api/emails", [["Proxy-Authorization", `Bearer ${key}`]]],
    ["/api/emails", [["Authorization", key]]],
    ["/api/emails", [bearer("x"), bearer(key)]],
    ["/api/emails", [bearer(`${key},${key}`)]],
    ["/api/emails", [bearer("a".repeat(14_000))]],
    ["/api/emails", [bearer("\u00e9")]],
  ];
  const before = await app.db.message.count();
  for (const [path, headers] of places) {
    const { status } = await send("POST", path, [type("application/json"), ...headers], json);
    expect([401, 403, 404]).toContain(status);
  }
  await send("GET", `/api/emails/${key}`, [bearer(key)]);
  await send("GET", `/${key}/x?${key}`, []);
  expect(await app.db.message.count()).toBe(before);
  expect(app.log()).not.toContain(key.slice(0, 20));
});

it("queues a key's number of emails for 1,000 different posts at once, and no more", async () => {
  const { key: small } = await make("shop", 100);
  const before = await app.db.message.count();
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, async (_, number) => {
      const { status } = await send(
        "POST",
        "/api/emails",
        [bearer(small), type("application/json"), idempotent(String(number))],
        json,
      );
      return status;
    }),
  );
  const queued = answers.filter((status) => status === 202).length;
  expect(queued).toBeGreaterThan(0);
  expect(queued).toBeLessThanOrEqual(100);
  // 503: there were too many at once for the database.
  expect(answers.filter((status) => ![202, 429, 503].includes(status))).toEqual([]);
  expect(await app.db.message.count()).toBe(before + queued);
});

it("gives two programs an email each for one idempotency key, and two keys of a program one", async () => {
  const keys = [await make("one"), await make("one"), await make("two")];
  const ids = await Promise.all(
    keys.map(async (each) => {
      const headers = [bearer(each.key), type("application/json"), idempotent("the same")];
      return (await send("POST", "/api/emails", headers, json)).answer;
    }),
  );
  expect(ids[0]).toBe(ids[1]);
  expect(new Set(ids).size).toBe(2);
});
