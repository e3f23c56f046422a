import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { full } from "@repo/testing/full";
import supertest from "supertest";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { ENGLISH, PASSWORD, type TestApp, signUpFields, startTestApp } from "../test-app.ts";

const ORIGIN = "http://localhost:3000";
/** What a browser on our page sends. */
const OURS = { ...ENGLISH, Origin: ORIGIN };
const token = "x".repeat(43);
const good: Record<string, Record<string, string>> = {
  "/signup": signUpFields(),
  "/login": { email: "sam@example.com", password: PASSWORD },
  "/verify-email": { token },
  "/forgot-password": { email: "sam@example.com" },
  "/reset-password": { token, password: PASSWORD },
  "/undo-address": { token, password: PASSWORD },
  "/logout": {},
};

const counts = async () => [await app.db.user.count(), await app.db.message.count()];
let before: number[];
const app = await startTestApp();
beforeAll(async () => {
  await app.signUpAndVerify("known@example.com");
  // The links must work. Otherwise every answer would be about the dead link.
  Object.assign(good["/reset-password"] ?? {}, { token: await app.forgot("known@example.com") });
  Object.assign(good["/undo-address"] ?? {}, { token: await moveAway(app, "left@example.com") });
  await app.signUp("new@example.com");
  Object.assign(good["/verify-email"] ?? {}, { token: app.tokenFor("new@example.com") });
  before = await counts();
});
afterAll(async () => {
  // None of the requests changed anything.
  expect(await counts()).toEqual(before);
});

/** Changes the address of a new account. @returns the token of the link that undoes it */
async function moveAway(test: TestApp, email: string): Promise<string> {
  const cookie = await test.signUpAndVerify(email);
  const post = (path: string, body: object) =>
    test.postJson(path, body).set("Cookie", cookie).set("Origin", ORIGIN);
  await post("/settings/address", { email: `new-${email}` }).expect(202);
  const confirmed = { token: test.tokenFor(`new-${email}`) };
  await post("/settings/address/confirm", confirmed).expect(200);
  return test.tokenFor(email);
}

/**
 * A refusal, as a page or as JSON: a helpful message, a request id that the log has, no stack
 * trace.
 */
async function expectRefusal(
  response: supertest.Response,
  status: number,
  message: string | RegExp,
  { log } = app,
): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.text.replaceAll("&quot;", '"')).toMatch(message);
  expect(response.text).not.toMatch(/\bat .*(?:\.tsx?|\.m?js):\d|node_modules|Prisma/);
  const id = String(response.headers["x-request-id"]);
  if (response.type === "application/json") expect(response.body.error.requestId).toBe(id);
  // Not toContain: a failure would print the whole log.
  expect(log().includes(id)).toBe(true);
}

const raw = (path: string, type: string, body: string | Buffer) =>
  supertest(app.app)
    .post(path)
    .set(OURS)
    .set("Content-Type", type)
    // Send the bytes unchanged: supertest would serialize a Buffer as JSON.
    .serialize((bytes) => bytes)
    .send(body);
const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
/** In KB. The limit is 16. */
const TOO_LARGE = full ? 10 * 1024 : 17;

// One reader of bodies serves all forms. The full run asks each form.
describe.each(full ? Object.keys(good) : ["/signup", "/logout"])("%s", (path) => {
  const fields = good[path] ?? {};
  const names = Object.keys(fields);

  it.each(names)(
    "requires %s: not missing, empty, an array, an object, a number or null",
    async (name) => {
      const { [name]: _, ...rest } = fields;
      const response = await app.postJson(path, rest);
      const missing: string = response.body.error.fields[name];
      // One of our own messages, which says what to enter.
      expect(missing).toMatch(/^(?!Invalid|Send this)\w+ .*\.$/);
      expect(Object.keys(response.body.error.fields)).toEqual([name]);
      await expectRefusal(response, 422, missing);
      await expectRefusal(await app.postForm(path, rest), 422, missing);
      await expectRefusal(await app.postForm(path, { ...rest, [name]: "" }), 422, missing);
      await expectRefusal(await app.postForm(path, { ...rest, [`${name}[]`]: "a" }), 422, missing);
      const twice = `${new URLSearchParams(fields)}&${name}=again`;
      await expectRefusal(await raw(path, FORM, twice), 422, "once, as text");
      for (const value of [["a"], { a: "b" }, 7, true, null]) {
        const refused = await app.postJson(path, { ...rest, [name]: value });
        await expectRefusal(refused, 422, "once, as text");
        expect(Object.keys(refused.body.error.fields)).toEqual([name]);
      }
    },
  );

  it(`refuses ${TOO_LARGE} KB`, async () => {
    const long = "a".repeat(TOO_LARGE * 1024);
    const form = await raw(path, FORM, `name=${long}`);
    await expectRefusal(form, 413, "16 KB");
    const json = await raw(path, JSON_TYPE, `{"name":"${long}"}`);
    await expectRefusal(json, 413, "16 KB");
    expect(json.body.error.code).toBe("BODY_TOO_LARGE");
  });

  it("refuses a body that is not UTF-8, percent-encoded or raw", async () => {
    const notUtf8 = Buffer.from([0x61, 0xff, 0xfe]);
    for (const body of ["email=%ff", "email=%e2%82", "email=%zz", "email=%"]) {
      await expectRefusal(await raw(path, FORM, body), 400, "not valid UTF-8");
    }
    await expectRefusal(
      await raw(path, FORM, Buffer.concat([Buffer.from("email="), notUtf8])),
      400,
      "not valid UTF-8",
    );
    const json = Buffer.concat([Buffer.from('{"email":"'), notUtf8, Buffer.from('"}')]);
    await expectRefusal(await raw(path, JSON_TYPE, json), 400, "not valid UTF-8");
  });

  it("refuses JSON that is malformed or not an object", async () => {
    for (const body of ["{", "{'email':1}", "undefined", "[]", "null", '"text"', "7"]) {
      await expectRefusal(await raw(path, JSON_TYPE, body), 400, /not JSON|JSON object/);
    }
  });

  it("treats an empty JSON body as an object without fields", async () => {
    const response = await raw(path, JSON_TYPE, "");
    if (names.length === 0) return expect(response.status).toBe(200);
    await expectRefusal(response, 422, "Some fields need another look.");
    expect(Object.keys(response.body.error.fields).toSorted()).toEqual(names.toSorted());
  });

  it("refuses other content types, charsets and encodings", async () => {
    for (const type of [
      "text/plain",
      "multipart/form-data; boundary=x",
      "application/xml",
      `${FORM}; charset=iso-8859-1`,
    ]) {
      await expectRefusal(
        await raw(path, type, "a=b"),
        415,
        "Send application/x-www-form-urlencoded",
      );
    }
    const zipped = raw(path, FORM, Buffer.from("x")).set("Content-Encoding", "gzip");
    await expectRefusal(await zipped, 415, "without compression");
  });

  it("answers other methods with 405 and names the allowed ones", async () => {
    const allowed = path === "/logout" ? ["POST"] : ["GET", "POST"];
    for (const method of ["put", "patch", "delete", "options"] as const) {
      const response = await supertest(app.app)[method](path).set(OURS);
      await expectRefusal(response, 405, `Use ${allowed.join(" or ")}.`);
      expect(response.headers.allow).toBe(allowed.join(", "));
    }
  });
});

describe.each(["/signup", "/login", "/forgot-password"])("%s", (path) => {
  it.each([
    ["no address", "sam", "not an email address"],
    ["two addresses", "sam@example.com,eve@example.com", "not an email address"],
    ["a display name", "Sam <sam@example.com>", "not an email address"],
    ["a line break in it", "sam@example.com\r\nBcc: eve@example.com", "on one line"],
    ["a line break at its end", "sam@example.com\r\n", "on one line"],
    ["a NUL byte", "sam@example.com\0", "not text"],
    ["10,000 characters", `${"a".repeat(10_000)}@example.com`, "not an email address"],
  ])("refuses as an address: %s", async (_, email, message) => {
    const fields = { ...good[path], email };
    await expectRefusal(await app.postForm(path, fields), 422, message);
    const json = await app.postJson(path, fields);
    await expectRefusal(json, 422, message);
    expect(Object.keys(json.body.error.fields)).toEqual(["email"]);
  });
});

describe.each(["/signup", "/login", "/reset-password"])("%s", (path) => {
  it.each([
    ["1,000 characters", "a".repeat(1_000), "at most 128 characters"],
    ["half a character", "a password \ud800", "not text"],
  ])("refuses as a password: %s", async (_, password, message) => {
    const fields = { ...good[path], password };
    await expectRefusal(await app.postJson(path, fields), 422, message);
    // A form is UTF-8, which cannot encode half a character.
    if (password.includes("\ud800")) return;
    await expectRefusal(await app.postForm(path, fields), 422, message);
  });
});

describe.each([
  ["/verify-email", '<a href="/signup">sign up again</a>'],
  ["/reset-password", '<a href="/forgot-password">Ask for a new link</a>'],
  ["/undo-address", '<a href="/forgot-password">ask for a new password</a>'],
])("%s", (path, wayOut) => {
  it("says whether a link is used, expired or unknown, and how to get a new one", async () => {
    const own = await startTestApp({ until: onTestFinished });
    const linkFor = async (email: string) => {
      if (path === "/undo-address") return moveAway(own, email);
      if (path === "/reset-password") {
        await own.signUpAndVerify(email);
        return own.forgot(email);
      }
      await own.signUp(email);
      return own.tokenFor(email);
    };
    const used = await linkFor("used@example.com");
    await own.postJson(path, { ...good[path], password: PASSWORD, token: used }).expect(200);
    const expired = await linkFor("expired@example.com");
    await own.db.$executeRaw`UPDATE links SET expires_at = now() WHERE used_at IS NULL`;

    for (const [link, status, code, message] of [
      [used, 410, "TOKEN_USED", "has been used already"],
      [expired, 410, "TOKEN_EXPIRED", "has expired"],
      [token, 400, "TOKEN_UNKNOWN", "not one of ours"],
      ["", 422, "INVALID_INPUT", "its end is missing"],
    ] as const) {
      const fields = { ...good[path], token: link };
      const page = await own.postForm(path, fields);
      await expectRefusal(page, status, message, own);
      expect(page.text).toContain(wayOut);
      const json = await own.postJson(path, fields);
      await expectRefusal(json, status, message, own);
      expect(json.body.error.code).toBe(code);
      expect(json.body.error.fields.token).toContain(message);
      if (link === "") continue;
      // Opening the link shows the same message.
      const opened = await own.get(`${path}?token=${link}`);
      await expectRefusal(opened, status, message, own);
      expect(opened.text).toContain(wayOut);
      expect(opened.text).not.toContain('<form method="post" action="' + path);
    }
  });
});

it.each([
  ["blank", " \u00a0 ", "Enter your name."],
  ["invisible characters", "\u200b\u2060\u00ad", "Enter your name."],
  ["invisible letters", "\u3164\u115f\u2800", "Enter your name."],
  ["101 characters", "a".repeat(101), "at most 100 characters"],
  ["a line break", "Sam\r\nSubject: free money", "on one line"],
  ["a NUL byte", "Sam\0", "not text"],
  ["text that runs backwards", "Sam\u202egnp.exe", "on one line"],
])("refuses as a name: %s", async (_, name, message) => {
  const fields = { ...good["/signup"], name };
  await expectRefusal(await app.postForm("/signup", fields), 422, message);
  await expectRefusal(await app.postJson("/signup", fields), 422, message);
});

it("reads no field from the prototype, and ignores unknown fields", async () => {
  const body = '{"__proto__":{"email":"sam@example.com"},"constructor":"x","unknown":"y"}';
  await expectRefusal(await raw("/forgot-password", JSON_TYPE, body), 422, "Enter your email");
  await expectRefusal(
    await raw("/forgot-password", FORM, "__proto__=x&toString=y"),
    422,
    "Enter your email",
  );
});

it("answers an unknown path with 404, as a page and as JSON", async () => {
  for (const path of ["/nope", "/signup/more", "/%ff", "/..%2f", "/verify-email%3Ftoken=abc"]) {
    await expectRefusal(await app.get(path), 404, "nothing at this address");
    const json = await app.get(path).set("Accept", "application/json");
    await expectRefusal(json, 404, "nothing at this address");
    expect(json.body.error.code).toBe("NOT_FOUND");
  }
  await expectRefusal(await app.postForm("/nope", {}), 404, "nothing at this address");
});

it("answers 4xx to a request for a part or a version that a file does not have", async () => {
  const [part, version] = [app.get("/robots.txt"), app.get("/robots.txt")];
  await expectRefusal(await part.set("Range", "bytes=99999-"), 416, "without Range");
  await expectRefusal(await version.set("If-Match", '"x"'), 412, "without Range");
});

it("answers 405 to a post if there is no form", async () => {
  for (const path of ["/", "/account", "/healthz", "/readyz"]) {
    // In the product's language at /healthz and /readyz.
    await expectRefusal(await app.postForm(path), 405, "GET.");
  }
  await expectRefusal(await app.get("/logout"), 405, "Use POST.");
});

it("ignores a repeated query parameter, and refuses an impossible token", async () => {
  for (const query of ["token=a&token=b", "token[]=a", "token[x]=a"]) {
    await app.get(`/verify-email?${query}`).expect(200);
  }
  for (const query of ["token=%ff", "token=%00", `token=${"a".repeat(10_000)}`]) {
    await app.get(`/verify-email?${query}`).expect(400);
  }
});

// A client that waits for this answer before it sends the body, or that never sends it.
it.each(["/login", "/webhooks/ses"])(
  "refuses a body for %s that is declared too long, before it comes",
  async (path) => {
    const server = app.app.listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const headers = { "Content-Length": 50_000_000, "Content-Type": FORM, Origin: ORIGIN };
    const asked = request({ host: "127.0.0.1", port, path, method: "POST", headers });
    onTestFinished(() => void asked.destroy());
    asked.flushHeaders();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
  },
);
