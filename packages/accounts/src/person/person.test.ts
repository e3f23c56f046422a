import { createPseudonyms } from "@repo/email/erasure";
import { applyEvents } from "@repo/email/events";
import { addSuppression } from "@repo/email/suppressions";
import { expect, it } from "vitest";
import { erasePerson, exportPerson } from "../person.ts";
import { eraseDeleted } from "../worker.ts";
import type { Caller } from "../context.ts";
import { OPT_OUT_KEY, PASSWORD, SECRET, browser, startTestAccounts } from "../test-accounts.ts";

const test = await startTestAccounts();

const keys = { secret: SECRET, pseudonyms: createPseudonyms(OPT_OUT_KEY) };

const report = (recipient: string, effect: "permanent" | "complaint", id = "1") =>
  applyEvents(
    test.db,
    [
      {
        sesMessageId: `ses-${keys.pseudonyms.of(recipient)}-${id}`,
        type: effect === "complaint" ? "Complaint" : "Bounce",
        recipient,
        dedupeKey: id,
        occurredAt: new Date(),
        detail: { diagnosticCode: `550 <${recipient}>: no` },
        effect,
      },
    ],
    { pseudonyms: keys.pseudonyms },
  );

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const tables = await test.db.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
  const rows = [];
  for (const { name } of tables)
    rows.push(JSON.stringify(await test.db.$queryRawUnsafe(`SELECT t::text FROM "${name}" AS t`)));
  return rows.join("\n").toLowerCase();
}

/** A person with rows in every table that can know one. */
async function everywhere() {
  const { email, caller } = await test.person("Firefox, Linux");
  await test.accounts.signUp(browser(), { name: "Mallory", email, password: "correct horse 12" });
  await test.forgot(email);
  await test.accounts.requestPasswordReset(browser(), email);
  const to = `moved-${email}`;
  await test.accounts.settings.requestAddressChange(caller, to);
  const { session, user } = await test.accounts.settings.confirmAddressChange(
    caller,
    test.tokenFor(to),
  );
  const [message] = await test.db.message.findMany({ where: { toKey: email }, take: 1 });
  await test.db.attempt.create({
    data: { messageId: message!.id, number: 1, result: "accepted", finishedAt: new Date() },
  });
  await test.db.operatorAction.create({
    data: { messageId: message!.id, action: "retry", doneBy: "op", because: "asked" },
  });
  await test.db.emailPreference.create({
    data: { addressKey: to, category: "product-news", wanted: false, changedBy: "link" },
  });
  await report(email, "permanent");
  await report(to, "complaint");
  return { email, to, caller: { ...caller, session }, userId: user.id };
}

it("exports all of a person, by address or id, and no secret and nobody else", async () => {
  const { email, to, userId } = await everywhere();
  const other = await test.person();
  const found = await exportPerson(test.db, keys, to);
  expect(found?.email).toBe(to);
  const { tables } = found!;
  // `everywhere` writes to these. A clone may have tables of its own.
  const written =
    "reset_requests sessions links sign_ups users limits events attempts operator_actions messages suppressions email_preferences";
  for (const table of written.split(" ")) expect(tables[table], table).not.toEqual([]);
  expect(tables.users).toMatchObject([{ id: userId, email: to, name: "Sam" }]);
  expect(tables.sessions).toMatchObject([{ device: "Firefox, Linux" }]);
  const text = JSON.stringify(found);
  // Also what was sent to the earlier address.
  for (const part of [email, "verify-email", "address-changed", "Complaint", "asked"])
    expect(text).toContain(part);
  for (const secret of ["argon2", "Mallory", "hash", other.email])
    expect(text).not.toContain(secret);
  const byId = await exportPerson(test.db, keys, userId);
  expect(byId?.tables).toEqual(tables);
  const nobody = "00000000-0000-4000-8000-000000000000";
  expect(await exportPerson(test.db, keys, nobody)).toBeUndefined();
});

it("exports nothing of what the owner of another address does, who was asked for theirs", async () => {
  const [owner, asker] = [await test.person(), await test.person()];
  const { settings } = test.accounts;
  await settings.requestAddressChange(asker.caller, owner.email);
  await settings.requestAddressChange(asker.caller, "free@example.com");
  const links = async () => (await settings.exportData(asker.caller)).tables.links;
  const before = await links();
  const input = { currentPassword: PASSWORD, password: "quite another password" };
  await settings.changePassword(owner.caller, input);
  await test.signUpAndVerify(browser(), "free@example.com");
  expect(await links()).toEqual(before);
  await erasePerson(test.db, keys, owner.email);
  expect(await links()).toEqual(before);
});

/** Changes the address of an account. @returns the token of the link that undoes it */
async function move(caller: Caller, from: string, to: string): Promise<string> {
  await test.accounts.settings.requestAddressChange(caller, to);
  const token = test.tokenFor(to);
  Object.assign(caller, await test.accounts.settings.confirmAddressChange(caller, token));
  return test.tokenFor(from);
}

it("exports no link of another account, which asked for this address or has left it", async () => {
  const [owner, asker] = [await test.person(), await test.person()];
  const { settings } = test.accounts;
  await settings.requestAddressChange(asker.caller, owner.email);
  const left = await test.person();
  await move(left.caller, left.email, `left-${left.email}`);
  await test.db.$executeRaw`UPDATE links SET expires_at = now() WHERE email_key = ${left.email}`;
  const next = browser();
  next.session = (await test.signUpAndVerify(next, left.email)).session;
  for (const caller of [owner.caller, next]) {
    const { tables } = await settings.exportData(caller);
    const purposes = tables.links!.map((link) => "purpose" in link && link.purpose);
    expect(new Set(purposes)).toEqual(new Set(["verify_email"]));
  }
});

it("erases an account by the address that it has left, while the change can be undone", async () => {
  const { email, caller } = await test.person();
  const to = `thief-${email}`;
  await move(caller, email, to);
  expect((await exportPerson(test.db, keys, email))?.email).toBe(to);
  await erasePerson(test.db, keys, email);
  expect(await test.db.user.count({ where: { emailKey: { in: [email, to] } } })).toBe(0);
});

it("gives an address to nobody once the change to it was undone", async () => {
  const { email, caller } = await test.person();
  const undo = await move(caller, email, "between@example.com");
  await move(caller, "between@example.com", "last@example.com");
  const password = "quite another password";
  await test.accounts.settings.undoAddress(browser(), { token: undo, password });
  const next = browser();
  const token = await test.signUp(next, "between@example.com", PASSWORD, "Next");
  await erasePerson(test.db, keys, email);
  await test.accounts.verifyEmail(next, { token });
});

it("gives a former address to the person only as long as the change can be undone", async () => {
  const { email, caller, userId } = await everywhere();
  await test.db.link.updateMany({
    where: { emailKey: email, purpose: "undo_address" },
    data: { expiresAt: new Date() },
  });
  const next = browser();
  const token = await test.signUp(next, email, PASSWORD, "Next");
  const found = await test.accounts.settings.exportData(caller);
  expect(JSON.stringify(found)).not.toContain(`"${email}"`);
  await erasePerson(test.db, keys, userId);
  await test.accounts.verifyEmail(next, { token });
});

it("erases a person: the whole database has the address nowhere, and nobody else has lost anything", async () => {
  const other = await test.person();
  const others = await exportPerson(test.db, keys, other.email);
  const { email, to, caller, userId } = await everywhere();
  expect(await dump()).toContain(email);
  const atSes: string[] = [];
  const note = async (address: string) => void atSes.push(address);
  const erased = await erasePerson(test.db, { ...keys, atSes: note }, userId);
  expect(erased).toMatchObject({ users: 1, operator_actions: 1, attempts: 1 });
  const left = await dump();
  for (const gone of [email, to, Buffer.from(email).toString("hex"), userId])
    expect(left).not.toContain(gone);
  expect(atSes.toSorted()).toEqual([to, email].toSorted());
  expect(await test.isIn(caller)).toBe(false);
  expect((await exportPerson(test.db, keys, other.email))?.tables).toEqual(others?.tables);
  expect(await erasePerson(test.db, keys, userId)).toBeUndefined();
});

it("erases an address that has no account, and may be repeated", async () => {
  const email = "no-account@example.com";
  await test.signUp(browser(), email);
  await test.accounts.requestPasswordReset(browser(), email);
  await addSuppression(test.db, email, { by: "op", because: `${email} asked on the phone` });
  await erasePerson(test.db, keys, email);
  await erasePerson(test.db, keys, email);
  expect(await dump()).not.toContain(email);
  // The operator's decision stays, without its words.
  const kept = await test.db.suppression.findUnique({
    where: { addressKey: keys.pseudonyms.of(email) },
  });
  expect(kept).toMatchObject({ reason: "manual", evidence: null });
});

it("stores no address when an event comes later, and keeps the opt-out of a complaint", async () => {
  const { email } = await test.person();
  await erasePerson(test.db, keys, email);
  await report(email.toUpperCase(), "permanent", "late bounce");
  const pseudonym = keys.pseudonyms.of(email);
  const suppressions = { where: { addressKey: { in: [email, pseudonym] } } };
  expect(await test.db.suppression.count(suppressions)).toBe(0);
  await report(email, "complaint", "late complaint");
  expect(await dump()).not.toContain(email);
  expect(await test.db.event.findMany({ where: { recipientKey: pseudonym } })).toMatchObject([
    { type: "Bounce", recipient: pseudonym, effect: null, detail: {} },
    { type: "Complaint", recipient: pseudonym, effect: "complaint", detail: {} },
  ]);
  expect(await test.db.suppression.findUnique({ where: { addressKey: pseudonym } })).toMatchObject({
    reason: "complaint",
  });
});

it("stores no address of a deleted account by late events, before its erasure or after it", async () => {
  const { email, caller } = await test.person();
  const { settings } = test.accounts;
  await settings.requestDeletion(caller);
  const token = test.tokenFor(email);
  await settings.deleteAccount(caller, { token, currentPassword: PASSWORD });
  // An event about an email that was sent before the erasure.
  await report(email, "permanent", "before the erasure");
  await test.db.$executeRaw`
    UPDATE messages SET state = 'closed', closed_at = now(), closed_reason = 'cancelled', payload = NULL
    WHERE state = 'queued'`;
  expect(await eraseDeleted(test.db, keys, { isAtSes: false })).toMatchObject({ erased: 1 });
  expect(await dump()).not.toContain(email);
  await report(email, "complaint", "after the erasure");
  expect(await dump()).not.toContain(email);

  // The opt-out holds. A stranger who signs up with the address sees no difference.
  const stranger = browser();
  await test.signUp(stranger, email);
  await test.db.$executeRaw`
    UPDATE messages SET created_at = now() - interval '1 hour', state = 'closed', payload = NULL,
      closed_at = now(), closed_reason = 'suppressed' WHERE to_key = ${email}`;
  expect(await test.accounts.pendingSignUp(stranger)).toEqual({ email, status: "on-its-way" });
});
