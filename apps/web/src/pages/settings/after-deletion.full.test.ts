import { expect, it } from "vitest";
import { PASSWORD, type TestApp, cookieOf, signUpFields, startTestApp } from "../../test-app.ts";

// After an account is deleted, nobody can find out that there was one: every form answers as for an
// address that nobody ever had, also in sequence and beyond the limits.

const ORIGIN = "http://localhost:3000";
const app = await startTestApp({ limitScale: 1 });

/** Deletes the account of a session, by the link in this mailbox. */
async function deleteAccount(cookie: string, mailbox: string): Promise<void> {
  const post = (path: string, fields = {}) => app.postForm(path, fields).set("Cookie", cookie);
  await post("/settings/delete").expect(202);
  const fields = { token: app.tokenFor(mailbox), currentPassword: PASSWORD };
  await post("/settings/delete/confirm", fields).expect(200);
}

/** What a stranger sees who goes through all forms with an address. */
async function tryAll(email: string, asker: string): Promise<string[]> {
  const seen: string[] = [];
  const note = (response: Awaited<ReturnType<TestApp["get"]>>) => {
    const { status, text, headers } = response;
    const names = Object.keys(headers).toSorted().join(" ");
    const cookies = JSON.stringify(headers["set-cookie"] ?? "").replaceAll(/=[^;]+/g, "=…");
    const id = String(headers["x-request-id"]);
    const body = text.replaceAll(email, "ADDRESS").replaceAll(id, "ID");
    seen.push([status, headers["location"], names, cookies, body].join("\n"));
    return response;
  };
  // The first password is the one that the deleted account had.
  for (const password of [PASSWORD, "not the right one"])
    note(await app.postForm("/login", { email, password }));
  note(await app.postForm("/forgot-password", { email }));
  note(await app.postForm("/settings/address", { email }).set("Cookie", asker));
  const signUp = note(await app.postForm("/signup", signUpFields({ email })));
  const browser = cookieOf(signUp, "sign-up");
  note(await app.get("/signup/sent").set("Cookie", browser));
  note(await app.postForm("/signup/resend").set("Cookie", browser));
  note(await app.get("/signup/sent").set("Cookie", browser));
  // Until the limit of wrong passwords.
  for (let status = 0; status !== 429;)
    ({ status } = note(await app.postForm("/login", { email, password: "not the right one" })));
  note(await app.postForm("/signup", signUpFields({ email })));
  note(await app.postJson("/forgot-password", { email }));
  return seen;
}

it("answers for a deleted account, and for its earlier address, as for an unknown one", async () => {
  const left = "left@example.com";
  await deleteAccount(await app.signUpAndVerify(left), left);
  const [earlier, moved] = ["earlier@example.com", "moved@example.com"];
  let cookie = await app.signUpAndVerify(earlier);
  const post = (path: string, fields: object) =>
    app.postJson(path, fields).set("Cookie", cookie).set("Origin", ORIGIN);
  await post("/settings/address", { email: moved }).expect(202);
  const confirmed = await post("/settings/address/confirm", { token: app.tokenFor(moved) });
  cookie = cookieOf(confirmed, "session");
  await deleteAccount(cookie, earlier);
  const before = await app.db.message.count();

  const gone = [left, earlier, moved];
  const unknown = await tryAll("unknown@example.com", await newAsker());
  expect(unknown.filter((answer) => answer.startsWith("202"))).toHaveLength(5);
  for (const email of gone) expect(await tryAll(email, await newAsker()), email).toEqual(unknown);

  // What leaves is the same too.
  await app.handleResetRequests();
  const emails = async (email: string) => (await app.templates(email)).slice(-3);
  expect(await emails("unknown@example.com")).toEqual([
    "change-address",
    "verify-email",
    "verify-email",
  ]);
  for (const email of gone)
    expect(await emails(email)).toEqual(await emails("unknown@example.com"));
  expect(await app.db.message.count()).toBeGreaterThan(before);
  const results = await app.db.resetRequest.groupBy({ by: ["result"], _count: true });
  expect(results.map(({ result }) => result)).toEqual(["no_account"]);
  for (const email of gone) expect(app.log().includes(email)).toBe(false);
});

let askers = 0;
/** Somebody with an account, who has typed the password just now. @returns the session's cookie */
async function newAsker(): Promise<string> {
  // The limit of a client is not about an address. The email of its own sign-up counts for a mailbox,
  // until a day has passed.
  await app.db.limit.deleteMany({
    where: { name: { in: ["client", "clientNetwork", "signUpMail"] } },
  });
  return app.signUpAndVerify(`asker${++askers}@example.com`);
}
