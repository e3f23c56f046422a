import { keysOf } from "@repo/email/keys";
import { createPreferenceLinks, findPreferences } from "@repo/email/preferences";
import supertest from "supertest";
import { beforeEach, expect, it } from "vitest";
import { ENGLISH, startTestApp } from "../test-app.ts";

const app = await startTestApp();
beforeEach(async () => {
  await app.db.emailPreference.deleteMany();
});

const address = "sam@example.com";
/** The path of a link, as a mailbox provider or a browser requests it. */
const pathOf = (link: string) => {
  const { pathname, search } = new URL(link);
  return `${pathname}${search}`;
};
const unsubscribePath = (to = address, category = "news") =>
  pathOf(app.links.of(to, category).unsubscribe);
const post = (path: string) => supertest(app.app).post(path).set(ENGLISH);
const chosen = async (to = address) =>
  (await findPreferences(app.db, to)).map(({ category, wanted }) => [category, wanted]);

it.each([
  ["application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"],
  [
    "multipart/form-data; boundary=x",
    '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
  ],
])("unsubscribes at once by a post as mailbox providers send it, %s", async (type, body) => {
  // No cookie, no Origin, no log-in.
  const response = await post(unsubscribePath()).set("Content-Type", type).send(body).expect(200);
  expect(response.headers["set-cookie"]).toBeUndefined();
  expect(response.text).toContain("You are unsubscribed");
  expect(await chosen()).toEqual([["news", false]]);
  // Again: nothing changes.
  await post(unsubscribePath()).set("Content-Type", type).send(body).expect(200);
  expect(await chosen()).toEqual([["news", false]]);
});

it("only asks when the link is opened, as scanners do, and the button works without scripts", async () => {
  await supertest(app.app).head(unsubscribePath()).expect(200);
  const page = await app.get(unsubscribePath()).expect(200).expect("Cache-Control", "no-store");
  expect(await chosen()).toEqual([]);
  expect(page.text).toContain("“News”");

  const [, action = ""] = /<form action="([^"]+)" method="post"/.exec(page.text) ?? [];
  await post(action).set("Origin", "http://localhost:3000").type("form").send("").expect(200);
  expect(await chosen()).toEqual([["news", false]]);
});

it("acts on the address and the category of the link, whatever else the request says", async () => {
  const path = `${unsubscribePath()}&category=tips&address=robin@example.com`;
  await post(path).type("form").send("category=tips&address=robin@example.com").expect(200);
  expect(await chosen()).toEqual([["news", false]]);
  expect(await chosen("robin@example.com")).toEqual([]);
});

it("answers the same for an address that we know and one that we have never written to", async () => {
  await app.db.message.create({
    data: {
      id: "0197d8a0-0000-7000-8000-000000000001",
      template: "news",
      category: "news",
      to: "known@example.com",
      toKey: "known@example.com",
      onUnknown: "hold",
      payload: Buffer.from("sealed"),
    },
  });
  const answers = [];
  for (const to of ["known@example.com", "nobody@example.com"]) {
    const path = unsubscribePath(to);
    const token = new URL(path, "http://localhost").searchParams.get("token") ?? "";
    for (const response of [await app.get(path), await post(path), await post(path)]) {
      answers.push(`${response.status} ${response.text.replaceAll(token, "TOKEN")}`);
    }
    expect(await chosen(to)).toEqual([["news", false]]);
  }
  expect(answers.slice(0, 3)).toEqual(answers.slice(3));
  expect(await app.db.message.findFirst()).toMatchObject({ closedReason: "unsubscribed" });
});

it("refuses every forged or altered link in the same way, and changes nothing", async () => {
  const genuine = unsubscribePath();
  const foreign = createPreferenceLinks({ keys: keysOf("f".repeat(32)), appUrl: "http://a.test" });
  const wrong = [
    pathOf(foreign.of(address, "news").unsubscribe),
    genuine.slice(0, -1),
    `${genuine}A`,
    genuine.replace(/.$/, (last) => (last === "A" ? "B" : "A")),
    `${genuine}&token=2`,
    // A link to the preferences, which names no category.
    pathOf(app.links.preferencesOf(address)).replace("/email-preferences", "/unsubscribe"),
    "/unsubscribe?token=",
    "/unsubscribe",
    `/unsubscribe?token=${"A".repeat(5_000)}`,
    "/unsubscribe?token=%00%ff",
  ];
  const answers = new Set<string>();
  for (const path of wrong) {
    for (const response of [
      await app.get(path).set("Accept", "application/json"),
      await post(path).set("Accept", "application/json"),
    ]) {
      const { requestId, ...error } = response.body.error;
      expect(requestId).toEqual(expect.any(String));
      answers.add(`${response.status} ${JSON.stringify(error)}`);
    }
  }
  expect([...answers]).toEqual([expect.stringMatching(/^400 .*LINK_UNKNOWN/)]);
  expect(await app.db.emailPreference.count()).toBe(0);
});

it("turns off no category that an account needs", async () => {
  const response = await post(unsubscribePath(address, "security")).expect(422);
  expect(response.text).toContain("cannot be turned off");
  expect(await chosen()).toEqual([]);
});

it("still works for a category that the product no longer has", async () => {
  const path = unsubscribePath(address, "old-news");
  expect((await app.get(path).expect(200)).text).toContain("this kind of email");
  await post(path).expect(200);
  expect(await chosen()).toEqual([["old-news", false]]);
});

it("writes neither token nor address to the log", async () => {
  const path = unsubscribePath();
  await app.get(path);
  await post(path).send("List-Unsubscribe=One-Click");
  const token = new URL(path, "http://localhost").searchParams.get("token") ?? "";
  expect(app.log()).toContain("/unsubscribe");
  for (const secret of [token, address]) expect(app.log().includes(secret)).toBe(false);
});
