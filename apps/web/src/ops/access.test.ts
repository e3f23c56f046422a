import { full } from "@repo/testing/full";
import supertest from "supertest";
import { expect, it } from "vitest";
import { PASSWORD, cookieOf } from "../test-app.ts";
import { type TestOps, hiddenIn, startTestOps } from "./test-ops.ts";

const test = await startTestOps();

const PAGES = [
  "/ops",
  "/ops/rates?period=7d",
  "/ops/messages",
  "/ops/suppressions",
  "/ops/requests",
  "/ops/sending",
  "/ops/actions",
];
const FILES = ["/ops/ops.css", "/ops/ops.js"];
const CHANGES: [path: string, fields: () => Promise<Record<string, string>>][] = [
  ["/ops/messages/retry", async () => ({ id: await test.addMessage() })],
  ["/ops/messages/cancel", async () => ({ id: await waiting() })],
  ["/ops/messages/hold", async () => ({ id: await waiting() })],
  ["/ops/messages/release", () => counted("template=waits")],
  ["/ops/suppressions/add", async () => ({ email: "stop@example.com" })],
  ["/ops/suppressions/remove", () => suppressed("stop@example.com")],
  ["/ops/suppressions/export", async () => ({})],
  ["/ops/sending/pause", async () => ({ scope: "all" })],
  ["/ops/sending/resume", async () => ({ seen: (await sending()).pausedAt!.toISOString() })],
  ["/ops/sending/rate", async () => ({ rate: "1", minutes: "10" })],
  ["/ops/sending/full-rate", async () => ({ seen: (await sending()).loweredUntil!.toISOString() })],
];
const ALL = [...PAGES, ...FILES, ...CHANGES.map(([path]) => path), "/ops/messages/x", "/ops/no"];

const sending = () => test.db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });
async function counted(search: string): Promise<Record<string, string>> {
  const { text } = await test.get(`/ops/messages/release?${search}`);
  return { ...Object.fromEntries(new URLSearchParams(search)), ...hiddenIn(text, "counted") };
}

async function suppressed(email: string): Promise<Record<string, string>> {
  const { text } = await test.get(`/ops/suppressions/remove?email=${email}`);
  return { email, ...hiddenIn(text, "seen") };
}

const waiting = () =>
  test.addMessage({ state: "queued", closedReason: null, closedAt: null, template: "waits" });

type Method = "get" | "head" | "post" | "put" | "delete" | "options";
// `pnpm test:full` tries each method and each change.
const METHODS = full
  ? (["get", "head", "post", "put", "delete", "options"] as const)
  : (["get", "post"] as const);
type Who = keyof TestOps["cookies"];

async function ask(method: Method, path: string, who: Who, headers: Record<string, string> = {}) {
  const request = supertest(test.app)[method](path);
  const {
    status,
    headers: got,
    text,
  } = await request
    .set({ Cookie: test.cookies[who], Origin: "http://localhost:3000", ...headers })
    .type("form");
  const { "x-request-id": id = "", date: _date, etag: _etag, ...others } = got;
  return { status, headers: others, text: text?.replaceAll(id, "ID") };
}

/** All that an operator could change. */
const state = async () =>
  JSON.stringify([
    await test.db.message.groupBy({ by: ["template", "state"], orderBy: { template: "asc" } }),
    await test.db.suppression.findMany(),
    await test.db.sendingStatus.findMany({ select: { paused: true, loweredRate: true } }),
    await test.db.operatorAction.count(),
  ]);

it.each(["nobody", "person"] as const)(
  "gives %s the answer of an unknown path, byte for byte, with every method",
  async (who) => {
    for (const method of METHODS) {
      const unknown = await ask(method, "/nothing-here", who);
      expect(unknown.status, method).toBe(404);
      const paths = method === "get" || method === "post" ? ALL : ["/ops", "/ops/sending/pause"];
      for (const path of paths)
        expect(await ask(method, path, who), `${method} ${path}`).toEqual(unknown);
    }
    const json = { Accept: "application/json" };
    expect(await ask("get", "/ops", who, json)).toEqual(await ask("get", "/none", who, json));
    const foreign = { Origin: "https://evil.example" };
    const path = "/ops/sending/pause";
    expect(await ask("post", path, who, foreign)).toEqual(await ask("post", "/none", who, foreign));
  },
);

it("shows an operator every page, in HTML and JSON", async () => {
  for (const path of [...PAGES, ...FILES]) await test.get(path).expect(200);
  for (const path of PAGES)
    await test
      .get(path)
      .set("Accept", "application/json")
      .expect(200)
      .expect("Content-Type", /json/);
  const { text } = await test.get("/ops").expect(200);
  // Only files of our own: the policy forbids everything inline.
  expect(text).toMatch(/<head>.*href="\/ops\/ops.css".*<\/head>/);
  expect(text).not.toMatch(/<script>|<style| style=| on\w+=/i);
  await test.post("/ops").expect(405);
  await test.get("/ops/no").expect(404);
  await test.get("/ops/messages/x").expect(404);
});

it.each(full ? CHANGES : CHANGES.slice(0, 2))(
  "%s: only an operator does it, with reason, password and origin",
  async (path, fill) => {
    const fields = { ...(await fill()), because: `a reason for ${path}` };
    const before = await state();
    const send = (who: Who, more: Record<string, string> = {}, origin = "http://localhost:3000") =>
      supertest(test.app)
        .post(path)
        .set({ Cookie: test.cookies[who], Origin: origin })
        .type("form")
        .send({ ...fields, ...more });
    await send("nobody").expect(404);
    await send("person", { currentPassword: PASSWORD }).expect(404);
    await send("operator", {}, "https://evil.example").expect(403);
    await send("operator", { because: " " }).expect(422);
    await test.letPasswordsAge();
    const page = await send("operator").expect(403);
    expect(page.text).toContain('name="currentPassword"');
    const wrong = await send("operator", { currentPassword: "not the password" }).expect(422);
    expect(wrong.text).toContain("This is not your password.");
    expect(await state()).toBe(before);

    const done = await send("operator", { currentPassword: PASSWORD });
    expect([200, 303], done.text).toContain(done.status);
    test.cookies.operator = cookieOf(done, "session");
    expect(await state()).not.toBe(before);
    // The password counts for some minutes.
    expect((await test.get(path)).text).not.toContain('name="currentPassword"');
    const { because, doneBy } = await test.db.operatorAction.findFirstOrThrow({
      orderBy: { doneAt: "desc" },
    });
    expect({ because, doneBy }).toEqual({ because: fields.because, doneBy: test.operatorName });
  },
);

it("hides the pages from the next request on when the role is taken away", async () => {
  const where = { emailKey: "operator@example.com" };
  await test.db.user.update({ where, data: { role: null } });
  await test.get("/ops").expect(404);
  await test.db.user.update({ where, data: { role: "operator" } });
  await test.get("/ops").expect(200);
});

it("shows the link to these pages to an operator only", async () => {
  const link = '<a href="/ops">Operations</a>';
  const home = async (who: Who) => (await ask("get", "/", who)).text;
  expect(await home("operator")).toContain(link);
  for (const who of ["person", "nobody"] as const) expect(await home(who)).not.toContain("/ops");
});

it("is in English only, also the parts that other pages have in an operator's language", async () => {
  const where = { emailKey: "operator@example.com" };
  await test.db.user.update({ where, data: { locale: "de" } });
  await test.letPasswordsAge();
  const { text, headers } = await test.post("/ops/suppressions/add", {
    email: "stop@example.com",
    because: "a test",
    currentPassword: "wrong",
  });
  expect(headers["content-language"]).toBe("en");
  expect(text).toContain('<html lang="en"');
  expect(text).toContain("This is not your password.");
  expect(text).not.toMatch(/Passwort|Abmelden/);
  for (const path of [...PAGES, ...CHANGES.map(([change]) => change)]) {
    const page = await test.get(path);
    expect(page.text, path).toContain('<html lang="en"');
    expect(page.text, path).not.toMatch(/Passwort|Abmelden/);
  }
  for (const [path] of CHANGES) {
    const refused = await test.post(path).expect(422);
    expect(refused.text, path).not.toMatch(/Sieh dir|Passwort|Abmelden/);
  }
  const unknown = await test.get("/ops/no").expect(404);
  expect(unknown.text).toContain('<html lang="en"');
  expect(unknown.text).not.toContain("Abmelden");
});
