import { findPreferences } from "@repo/email/preferences";
import supertest from "supertest";
import { beforeEach, expect, it } from "vitest";
import { ENGLISH, startTestApp } from "../test-app.ts";

const app = await startTestApp();
beforeEach(async () => {
  await app.db.emailPreference.deleteMany();
});

const address = "sam@example.com";
const path = (to = address) => {
  const { pathname, search } = new URL(app.links.of(to, "news").preferences);
  return `${pathname}${search}`;
};
const save = (body: string, to = address) =>
  supertest(app.app).post(path(to)).set(ENGLISH).type("form").send(body);
/** The boxes of the page, and whether each is checked. */
const boxes = (html: string) =>
  Object.fromEntries(
    [...html.matchAll(/<input type="checkbox"[^>]*>/g)].map(([box]) => [
      /value="([^"]*)"/.exec(box)?.[1],
      / checked=""/.test(box),
    ]),
  );

it("shows what a person gets, by default and by choice, and names what cannot be turned off", async () => {
  const page = await app.get(path()).expect(200).expect("Cache-Control", "no-store");
  expect(boxes(page.text)).toEqual({ news: true, tips: false });
  expect(page.text).toContain("Security");

  const saved = await save("wanted=tips").expect(200);
  expect(boxes(saved.text)).toEqual({ news: false, tips: true });
  expect(saved.text).toContain("Your preferences are saved");
  expect(boxes((await app.get(path())).text)).toEqual({ news: false, tips: true });
  expect(await findPreferences(app.db, address)).toMatchObject([
    { category: "news", wanted: false, changedBy: "page" },
    { category: "tips", wanted: true, changedBy: "page" },
  ]);
});

it("takes a checked box as yes and a missing box as no", async () => {
  expect(boxes((await save("").expect(200)).text)).toEqual({ news: false, tips: false });
  const all = await save("wanted=news&wanted=tips").expect(200);
  expect(boxes(all.text)).toEqual({ news: true, tips: true });
});

it("an old page changes only the boxes that the person has changed on it", async () => {
  await save("wanted=news&wanted=tips");
  const page = await app.get(path());
  const shown = [...page.text.matchAll(/name="shown" value="([^"]*)"/g)].map(([, value]) => value);
  expect(shown).toEqual(["", "news", "tips"]);
  await supertest(app.app)
    .post(
      new URL(app.links.of(address, "news").unsubscribe).pathname +
        new URL(app.links.of(address, "news").unsubscribe).search,
    )
    .type("form")
    .send("List-Unsubscribe=One-Click")
    .expect(200);
  const saved = await save("shown=&shown=news&shown=tips&wanted=news").expect(200);
  expect(boxes(saved.text)).toEqual({ news: false, tips: false });
});

it("answers JSON to JSON", async () => {
  const { body } = await supertest(app.app)
    .post(path())
    .send({ wanted: ["news"] })
    .expect(200);
  expect(body.categories).toMatchObject([
    { category: "news", name: "News", wanted: true },
    { category: "tips", wanted: false },
  ]);
});

it.each([
  "wanted=security",
  "wanted=news&wanted=nothing",
  "wanted[a]=news&wanted=__proto__",
  "wnated=news",
])("refuses what cannot be chosen, and changes nothing: %s", async (body) => {
  await save(body).expect(422);
  expect(await app.db.emailPreference.count()).toBe(0);
});

it.each([{}, { wnated: ["news"] }])(
  "refuses JSON that does not say what is wanted, and changes nothing: %j",
  async (body) => {
    await supertest(app.app).post(path()).send(body).expect(422);
    expect(await app.db.emailPreference.count()).toBe(0);
  },
);

it("does not show whose preferences they are", async () => {
  const { text } = await app.get(path("secret.person@example.org")).expect(200);
  expect(text).not.toMatch(/secret\.person|example\.org/);
});

it("opens by the link of its owner's pages, and by no forged link", async () => {
  const { pathname, search } = new URL(app.links.preferencesOf(address));
  await app.get(`${pathname}${search}`).expect(200);
  for (const wrong of ["", "?token=", search.slice(0, -1), `${search}A`]) {
    expect((await app.get(`${pathname}${wrong}`).expect(400)).text).toContain("not one of ours");
    await supertest(app.app).post(`${pathname}${wrong}`).type("form").send("").expect(400);
  }
  expect(await app.db.emailPreference.count()).toBe(0);
});
