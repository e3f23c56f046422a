import { expect, it } from "vitest";
import { PASSWORD, cookieOf, startTestApp } from "../../test-app.ts";

const OTHER = "quite another password";
const app = await startTestApp();

let count = 0;
async function person() {
  const email = `access${++count}@example.com`;
  let cookie = await app.signUpAndVerify(email);
  return {
    email,
    get: (path: string) => app.get(path).set("Cookie", cookie),
    post: (path: string, fields: Record<string, string> = {}) =>
      app.postForm(path, fields).set("Cookie", cookie),
    keep: (answer: Parameters<typeof cookieOf>[0]) => (cookie = cookieOf(answer, "session")),
  };
}
const letPasswordsAge = () => app.db.$executeRaw`
  UPDATE sessions SET password_checked_at = now() - interval '16 minutes'`;

it.each(["/settings/address", "/settings/export", "/settings/delete"])(
  "%s asks for the password first, if it was not typed for a while, and comes back",
  async (path) => {
    const sam = await person();
    await sam.get(path).expect(200);
    await letPasswordsAge();
    const asked = `/settings/check?next=${encodeURIComponent(path)}`;
    for (const send of [sam.get, sam.post]) await send(path).expect(303).expect("Location", asked);
    const json = await sam.get(path).set("Accept", "application/json").expect(403);
    expect(json.body.error.code).toBe("PASSWORD_CHECK_NEEDED");
    const page = await sam.get(asked).expect(200);
    expect(page.text).toContain(`name="next" value="${path}"`);
    const form = { currentPassword: PASSWORD, next: path };
    sam.keep(await sam.post("/settings/check", form).expect(303).expect("Location", path));
    await sam.get(path).expect(200);
  },
);

it("changes the address by a link that works in this browser only, and undoes it with a new password", async () => {
  const sam = await person();
  const kim = await person();
  const to = "moved@example.com";
  const same = await sam.post("/settings/address", { email: sam.email }).expect(422);
  expect(same.text).toContain("This is your address already.");
  await sam.post("/settings/address", { email: to }).expect(202);
  const token = app.tokenFor(to);
  const confirm = "/settings/address/confirm";
  const out = await app.get(`${confirm}?token=${token}`).expect(401);
  expect(out.text).toContain("Log in, then open the link again.");
  const foreign = await kim.get(`${confirm}?token=${token}`).expect(403);
  expect(foreign.text).toContain("This link is for another account.");
  expect((await sam.get(`${confirm}?token=${token}`).expect(200)).text).toContain(to);
  sam.keep(await sam.post(confirm, { token }).expect(303).expect("Location", "/settings"));
  expect((await sam.get("/settings").expect(200)).text).toContain(to);
  expect((await sam.post(confirm, { token }).expect(410)).text).toContain("has been used");

  // A mail scanner that posts the form has no password.
  const undo = app.tokenFor(sam.email);
  await app.postForm("/undo-address", { token: undo }).expect(422);
  expect((await app.get(`/undo-address?token=${undo}`).expect(200)).text).toContain(sam.email);
  await sam.get("/account").expect(200);
  const undone = await app.postForm("/undo-address", { token: undo, password: OTHER }).expect(200);
  expect(undone.text).toContain("The account is yours again");
  expect(cookieOf(undone, "session")).not.toMatch(/session=\w/);
  await sam.get("/account").expect(303);
  await app.postJson("/login", { email: sam.email, password: OTHER }).expect(200);
  await app.postJson("/login", { email: to, password: OTHER }).expect(401);
});

it("tells nobody who has an account, by a change of the address", async () => {
  const sam = await person();
  const known = await person();
  await app.signUp("unconfirmed@example.com");
  const answers = [];
  for (const email of [known.email, "unconfirmed@example.com", "free@example.com"]) {
    const page = await sam.post("/settings/address", { email }).expect(202);
    const names = Object.keys(page.headers).toSorted();
    answers.push([page.text.replaceAll(email, ""), names]);
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

it("gives a person their data as a file, and tells them by email", async () => {
  const sam = await person();
  const file = await sam.post("/settings/export").expect(200);
  expect(file.headers["content-disposition"]).toMatch(/^attachment; filename="?my-data.json"?$/);
  expect(file.headers["content-type"]).toMatch(/^application\/json/);
  expect(file.body).toMatchObject({ email: sam.email, tables: { users: [{ name: "Sam" }] } });
  expect(await app.templates(sam.email)).toContain("account-changed");
});

it("deletes the account by a link that works in this browser only, with the password", async () => {
  const sam = await person();
  const kim = await person();
  await sam.post("/settings/delete").expect(202);
  const token = app.tokenFor(sam.email);
  const confirm = "/settings/delete/confirm";
  await app.get(`${confirm}?token=${token}`).expect(401);
  await kim.get(`${confirm}?token=${token}`).expect(403);
  await sam.get(`${confirm}?token=${token}`).expect(200);
  await sam.post(confirm, { token }).expect(422);
  const wrong = await sam.post(confirm, { token, currentPassword: OTHER }).expect(422);
  expect(wrong.text).toContain("This is not your password.");
  const fields = { token, currentPassword: PASSWORD };
  await kim.post(confirm, fields).expect(403);
  const deleted = await sam.post(confirm, fields).expect(200);
  expect(deleted.text).toContain("Your account is deleted");
  expect(deleted.headers["set-cookie"]).toHaveLength(2);
  await sam.get("/account").expect(303);
  expect(await app.db.user.count({ where: { emailKey: sam.email } })).toBe(0);
});
