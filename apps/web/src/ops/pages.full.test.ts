import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createPseudonyms } from "@repo/email/erasure";
import { keysOf } from "@repo/email/keys";
import { recordAction } from "@repo/email/operations";
import { addSuppression } from "@repo/email/suppressions";
import { expect, it } from "vitest";
import { hiddenIn, startTestOps } from "./test-ops.ts";

const test = await startTestOps();

it("finds email by address, id, template, status, outcome and time, and says what cannot be found", async () => {
  const id = await test.addMessage({ to: "kim@example.com", template: "digest" });
  const sent = { closedReason: "sent", payload: null } as const;
  const other = await test.addMessage({ ...sent, to: "sam@example.com", outcome: "bounced" });
  await test.db.attempt.create({
    data: {
      messageId: other,
      number: 1,
      result: "accepted",
      finishedAt: new Date(),
      sesMessageId: "0100018f-ses",
    },
  });
  const listed = async (query: string) => {
    const { text } = await test.get(`/ops/messages?${query}`).expect(200);
    return [id, other].map((each) => text.includes(`/ops/messages/${each}"`));
  };
  expect(await listed("q=KIM@Example.com")).toEqual([true, false]);
  expect(await listed("template=digest")).toEqual([true, false]);
  expect(await listed("status=failed&outcome=")).toEqual([true, false]);
  expect(await listed("outcome=bounced")).toEqual([false, true]);
  expect(await listed("since=2001-01-31T12:00")).toEqual([true, true]);
  expect(await listed("until=2001-01-31")).toEqual([false, false]);
  for (const q of [other, "0100018f-ses"])
    await test.get(`/ops/messages?q=${q}`).expect(303).expect("Location", `/ops/messages/${other}`);
  expect(await test.read("/ops/messages?q=0100-none", 404)).toContain("No email has this id");
  for (const query of ["q=a@b@c", "status=lost", "outcome=lost", "since=tomorrow"])
    expect((await test.get(`/ops/messages?${query}`).expect(422)).text).toContain('role="alert"');
});

it("shows all that happened to an email, with the mail server's own words", async () => {
  const id = await test.addMessage({ lastError: "MessageRejected: not verified" });
  const at = new Date("2030-01-31T12:00:00Z");
  await test.db.event.create({
    data: {
      messageId: id,
      sesMessageId: "ses-1",
      type: "Bounce",
      recipient: "name@example.com",
      recipientKey: "name@example.com",
      dedupeKey: "1",
      occurredAt: at,
      detail: { bounceType: "Permanent", diagnosticCode: "smtp; 550 5.1.1 <b>no such user</b>" },
    },
  });
  await recordAction(test.db, { action: "pause", by: "Kim", because: "unrelated" });
  const words = await test.read(`/ops/messages/${id}`);
  for (const part of [
    "failed",
    "MessageRejected: not verified",
    "2030-01-31 12:00:00",
    "550 5.1.1",
  ])
    expect(words).toContain(part);
  expect(words).toContain("&lt;b&gt;no such user&lt;/b&gt;");
  expect(words).toContain("Send it again");
  expect(words).not.toContain("unrelated");
});

it("changes many emails only after it has shown their number", async () => {
  for (let i = 0; i < 3; i++) await test.addMessage({ to: "many@example.com" });
  const selection = { to: "many@example.com", status: "failed" };
  const query = new URLSearchParams(selection);
  expect(await test.read(`/ops/messages/retry?${query}`)).toContain("3 emails would be sent again");
  const fields = { ...selection, because: "the sender is verified" };
  const refused = await test.post("/ops/messages/retry", fields).expect(409);
  expect(refused.text).toMatch(/The form has no count\. Nothing was done\..*3 emails/s);
  const invalid = { ...fields, counted: "3 emails" };
  await test.post("/ops/messages/retry", invalid).expect(422);
  const waits = () => test.db.message.count({ where: { toKey: selection.to, state: "queued" } });
  expect(await waits()).toBe(0);
  const asJson = await test.get(`/ops/messages/retry?${query}`).set("Accept", "application/json");
  expect(asJson.body).toMatchObject({ messages: 3, inDoubt: 0, counted: expect.any(String) });
  await test
    .post("/ops/messages/retry", { ...fields, ...hiddenIn(refused.text, "counted") })
    .expect(303);
  expect(await waits()).toBe(3);
  const all = await test.post("/ops/messages/cancel", { because: "all" }).expect(422);
  expect(all.text).toContain("Search for them first.");
  await test.post("/ops/messages/cancel", { template: "none", because: "none" }).expect(404);
});

it("finds the opt-out of an erased address, and ends it if the person asked", async () => {
  const optOutKey = keysOf("the tests' own key of opt-outs with 32 characters");
  const pseudonym = createPseudonyms(optOutKey).of("gone@example.com");
  await test.db.erasedAddress.create({ data: { pseudonym } });
  await test.db.suppression.create({ data: { addressKey: pseudonym, reason: "complaint" } });
  const page = "/ops/suppressions?email=Gone@example.com";
  expect(await test.read(page)).toContain("Gone@example.com gets no email");
  const form = await test.get("/ops/suppressions/remove?email=gone@example.com").expect(200);
  expect(form.text).toContain('name="overrideComplaint"');
  const because = "asked on the phone";
  const fields = { email: "gone@example.com", because, ...hiddenIn(form.text, "seen") };
  await test.post("/ops/suppressions/remove", fields).expect(409);
  await test.post("/ops/suppressions/remove", { ...fields, overrideComplaint: "yes" }).expect(303);
  expect(await test.read(page)).toContain("may get email");
});

it("explains why an address gets no email, and overrides a complaint only if the person asked", async () => {
  await addSuppression(test.db, "stop@example.com", { by: "Kim", because: "asked by letter" });
  const one = "/ops/suppressions?email=STOP@example.com";
  expect(await test.read(one)).toMatch(/gets no email: an operator stopped it.*asked by letter/);
  expect(await test.read("/ops/suppressions?reason=manual")).toContain("stop@example.com");
  expect(await test.read("/ops/suppressions?reason=bounce")).toContain(
    "No such address is suppressed.",
  );
  expect(await test.read("/ops/suppressions?email=other@example.com")).toContain("may get email");
  await test.get("/ops/suppressions?email=not+one").expect(422);

  await test.db.suppression.update({
    where: { addressKey: "stop@example.com" },
    data: { reason: "complaint" },
  });
  const form = await test.get("/ops/suppressions/remove?email=stop@example.com").expect(200);
  const because = "asked on the phone";
  const fields = { email: "stop@example.com", because, ...hiddenIn(form.text, "seen") };
  const refused = await test.post("/ops/suppressions/remove", fields).expect(409);
  expect(refused.text).toContain("complained");
  expect(refused.text).toContain('name="overrideComplaint"');
  await test.post("/ops/suppressions/remove", { ...fields, overrideComplaint: "yes" }).expect(303);
  expect(await test.read(one)).toMatch(/may get email.*asked on the phone/);
});

it("says that soft bounces stop all email but security mail", async () => {
  await test.db.$executeRaw`
    INSERT INTO suppressions (address_key, reason, evidence, created_at, expires_at)
    VALUES ('full@example.com', 'soft-bounces', '{}', now(), now() + interval '1 day')`;
  for (const page of ["/ops/suppressions", "/ops/suppressions/remove"]) {
    expect(await test.read(`${page}?email=full@example.com`)).toMatch(
      /gets only security email( now)?: several emails came back within a month\./,
    );
  }
});

it
  .runIf(process.platform !== "win32")
  .each([
    "name@example.com",
    "x|touch${IFS}/nowhere/pwned|y@example.com",
    "a|`id`$HOME'b&c@example.com",
  ])("shows commands in which a shell takes the address for one word: %s", async (email) => {
  await addSuppression(test.db, email, { by: "Kim", because: "a test" });
  const { text } = await test.get(`/ops/suppressions/remove?${new URLSearchParams({ email })}`);
  const commands = [...text.matchAll(/<code>(.*?)<\/code>/g)].map(([, html = ""]) =>
    html.replaceAll("&#x27;", "'").replaceAll("&amp;", "&"),
  );
  expect(commands).toHaveLength(2);
  for (const command of commands) {
    // The programs are not started: `printf` writes a line for each word.
    const words = execFileSync("sh", ["-c", `printf '%s\\n' ${command}`])
      .toString()
      .split("\n");
    expect(words).toContain(email);
  }
});

it("exports the suppressed addresses as CSV without formulas that a spreadsheet would run", async () => {
  await addSuppression(test.db, "=cmd@example.com", { by: "Kim", because: "a test" });
  const file = await test
    .post("/ops/suppressions/export", { because: "for the audit" })
    .expect(200);
  expect(file.headers["content-disposition"]).toBe("attachment; filename=suppressions.csv");
  expect(file.headers["content-type"]).toMatch(/^text\/csv/);
  const [head, first = ""] = file.text.split("\r\n");
  expect(head).toBe("address,reason,since,until");
  expect(first).toMatch(/^"'=cmd@example.com","manual","\d{4}-.*Z",""$/);
});

it("says separately that nobody asked, and that there is no account", async () => {
  const ask = (email: string) => test.read(`/ops/requests?email=${email}`);
  await test.forgot("person@example.com");
  await test.postJson("/forgot-password", { email: "stranger@example.com" }).expect(202);
  await test.handleResetRequests();
  expect(await ask("PERSON@example.com")).toMatch(/the link was emailed.*has had an account since/);
  expect(await ask("stranger@example.com")).toMatch(/had no account.*has no account now/);
  expect(await ask("never@example.com")).toMatch(/Nobody asked.*has no account now/);
  expect(await ask("operator@example.com")).toMatch(/Nobody asked.*has had an account since/);
  await test.signUp("half@example.com");
  expect(await ask("half@example.com")).toContain("Sign-ups that nobody has confirmed");
});

it("shows when an email in doubt will be decided, as a time in the future", async () => {
  const dueAt = new Date(Date.now() + 300_000);
  const open = { closedReason: null, closedAt: null, dueAt };
  const id = await test.addMessage({ state: "unknown", ...open });
  expect(await test.read(`/ops/messages/${id}`)).toMatch(/Decision due .*\(in \d+ /);
});

it("shows the numbers of every chart as text", async () => {
  await test.db.$executeRaw`INSERT INTO hourly_counts (hour, dimension, value, kind, count)
    SELECT date_trunc('hour', now()), dimension, value, kind, 20 FROM (VALUES
      ('all', '', 'accepted'), ('all', '', 'delivered'), ('all', '', 'complained'),
      ('time', '1', 'accepted'), ('time', '12', 'delivered')) c (dimension, value, kind)`;
  const { text } = await test.get("/ops/rates").expect(200);
  const [, table = ""] = /<table class="[^"]*ops-durations">(.*?)<\/table>/s.exec(text) ?? [];
  const cells = (row = "") =>
    [...row.matchAll(/<t[hd]\b[^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) => cell);
  const [head, ...hours] = table.split("</tr>").map(cells);
  expect(head).toEqual([
    "From (UTC)",
    "Half accepted within",
    "95 of 100 accepted within",
    "Half delivered within",
    "95 of 100 delivered within",
  ]);
  expect(hours[22]?.slice(1)).toEqual(["–", "–", "–", "–"]);
  expect(hours[23]?.slice(1)).toEqual(["0.25 s", "0.25 s", "more", "more"]);
  // The only value of a chart is drawn as wide as its hour.
  const [, drawn = ""] = /<path class="line [^"]*" d="([^"]*)"/.exec(text) ?? [];
  expect(drawn).toMatch(/^M958\.3 [\d.]+h41\.7$/);
});

it("says that no email can be rendered, since when, the error, and what to do", async () => {
  await test.db.worker.create({ data: { id: randomUUID(), version: "1" } });
  const failing = {
    state: "queued" as const,
    closedReason: null,
    closedAt: null,
    createdAt: new Date(Date.now() - 6 * 60_000),
    attemptCount: 8,
    lastError: "RangeError: cannot be rendered",
    unrenderedAt: new Date(),
  };
  const ids = [await test.addMessage(failing), await test.addMessage(failing)];
  expect(await test.read("/ops")).toMatch(
    /Sending is stopped because none of the newest emails can be rendered\. Since .*The error: RangeError: cannot be rendered Next: Repair the template/,
  );
  await test.db.message.deleteMany({ where: { id: { in: ids } } });
  await test.db.worker.deleteMany();
});

it("says in one sentence how sending goes, and what to do", async () => {
  expect(await test.read("/ops")).toMatch(/Sending is stopped because no worker runs\..*Next:/);
  const id = "00000000-0000-4000-8000-000000000000";
  await test.db.worker.create({ data: { id, version: "1.2.3" } });
  expect(await test.read("/ops")).toMatch(/Email goes out\..*alive.*1\.2\.3/);
  await test.post("/ops/sending/pause", { scope: "all", because: "a leak" }).expect(303);
  for (const path of ["/ops", "/ops/sending"])
    expect(await test.read(path)).toMatch(/Sending is stopped because .* paused it: a leak/);
  expect(await test.read("/ops/actions")).toMatch(/pause.*all.*a leak/);
  const { text } = await test.get("/ops/sending/resume");
  const resumed = { ...hiddenIn(text, "seen"), because: "the leak is closed" };
  await test.post("/ops/sending/resume", resumed).expect(303);
  const slow = (rate: string, minutes: string) =>
    test.post("/ops/sending/rate", { rate, minutes, because: "x" });
  await slow("many", "1").expect(422);
  expect((await slow("0.0009", "1").expect(422)).text).toContain("at least 0.001");
  expect((await slow("1", "0.5").expect(422)).text).toContain("Enter minutes: 1 to 10080");
  expect(await test.read("/ops")).toMatch(/Email goes out\./);
  await slow("0.001", "1").expect(303);
  expect(await test.read("/ops/sending")).toContain("Lower rate 0.001 emails a second");
  for (const path of ["/ops", "/ops/sending"])
    expect(await test.read(path)).toContain("0.001 of 1 email a second");
});
