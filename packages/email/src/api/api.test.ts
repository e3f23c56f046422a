import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { type ApiMessage, authenticate, createKey, listKeys, revokeKey } from "../api.ts";
import { sendForProgram, statusForProgram } from "../api.ts";
import { accepted, claimAs, keys, useOutbox, work } from "../delivery/test-queue.ts";
import { createEnqueue } from "../enqueue.ts";
import { categories, templates } from "../test-templates.ts";

const enqueue = createEnqueue({ keys, templates, categories });
const decision = { by: "operator", because: "invoices are sent by a program" };
const props = { name: "Sam", url: "https://app.example.com" };
const TO = "sam@example.com";

const test = await useOutbox();

const make = (options: { program?: string; templates?: string[]; perHour?: number } = {}) => {
  const given = { program: "billing", templates: ["welcome"], perHour: 100, ...options };
  return createKey(test.db, given, decision);
};
async function send(key: string, message: Partial<ApiMessage> = {}): Promise<string> {
  const client = await authenticate(test.db, key);
  const all = { template: "welcome", to: TO, props, ...message };
  return (await sendForProgram(test.db, enqueue, client, all)).id;
}
const status = async (key: string, id: string) =>
  statusForProgram(test.db, await authenticate(test.db, key), id);
const refusal = (code: string) => expect.objectContaining({ code });

it("stores a hash of the key, and shows the key once", async () => {
  const { id, key } = await make();
  expect(key).toMatch(/^email_key_[\w-]{43}$/);
  expect((await make()).key).not.toBe(key);
  const rows = await test.db.$queryRaw<{ row: string }[]>`SELECT k::text AS row FROM api_keys k`;
  const listed = await listKeys(test.db);
  for (const text of [JSON.stringify(rows), JSON.stringify(listed)]) {
    expect(text).not.toContain(key.slice(0, 20));
    expect(text).not.toContain(Buffer.from(key).toString("hex"));
  }
  expect(listed.find((each) => each.id === id)).toMatchObject({
    program: "billing",
    start: key.slice(0, 14),
    templates: ["welcome"],
    perHour: 100,
    usedAt: null,
    revokedAt: null,
  });
});

it("queues only emails that the key names, and security mail is no exception", async () => {
  const { key } = await make();
  for (const template of ["news", "password-reset", "verify-email", "no-such", "__proto__"]) {
    await expect(send(key, { template })).rejects.toEqual(refusal("TEMPLATE_NOT_ALLOWED"));
  }
  expect(await test.db.message.count()).toBe(0);
  const { key: named } = await make({ templates: ["verify-email", "news"] });
  await send(named, { template: "verify-email" });
  await send(named, { template: "news" });
  expect(await test.db.message.findMany({ select: { template: true, priority: true } })).toEqual(
    expect.arrayContaining([
      { template: "verify-email", priority: 1 },
      { template: "news", priority: 3 },
    ]),
  );
});

it("checks an email like the app's own: address, props, times, suppression", async () => {
  const { key } = await make();
  const past = new Date(0);
  for (const [message, code] of [
    [{ to: "sam" }, "INVALID_ADDRESS"],
    [{ props: {} }, "INVALID_PROPS"],
    [{ locale: "?" }, "INVALID_LOCALE"],
    [{ sendAt: new Date(), expiresAt: past }, "INVALID_TIME"],
    [{ idempotencyKey: "x".repeat(201) }, "INVALID_IDEMPOTENCY_KEY"],
    [{ idempotencyKey: "" }, "INVALID_IDEMPOTENCY_KEY"],
  ] as const) {
    await expect(send(key, message)).rejects.toEqual(refusal(code));
  }
  expect(await test.db.message.count()).toBe(0);
  await test.db.suppression.create({ data: { addressKey: TO, reason: "complaint" } });
  const id = await send(key);
  const { closed } = await claimAs(test.db);
  expect(closed).toEqual([expect.objectContaining({ id, reason: "suppressed" })]);
});

it("accepts no key that is missing, forged or revoked", async () => {
  const { id, key } = await make();
  await revokeKey(test.db, id, decision);
  for (const wrong of ["", "email_key_", key, `${key}x`, key.toLowerCase(), "a".repeat(8_000)]) {
    await expect(authenticate(test.db, wrong)).rejects.toEqual(refusal("INVALID_API_KEY"));
  }
  // A key that ends between the check and the email.
  const { id: other, key: late } = await make();
  const client = await authenticate(test.db, late);
  await revokeKey(test.db, other, decision);
  const sent = sendForProgram(test.db, enqueue, client, { template: "welcome", to: TO, props });
  await expect(sent).rejects.toEqual(refusal("INVALID_API_KEY"));
  expect(await test.db.message.count()).toBe(0);
  await expect(revokeKey(test.db, other, decision)).rejects.toEqual(refusal("UNKNOWN_KEY"));
  await expect(revokeKey(test.db, "no id", decision)).rejects.toEqual(refusal("UNKNOWN_KEY"));
});

it("lets each key queue its number of emails an hour, also by requests at once", async () => {
  const { id, key } = await make({ perHour: 3 });
  const all = await Promise.allSettled(Array.from({ length: 8 }, () => send(key)));
  const refused = all.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  expect(refused).toHaveLength(5);
  for (const error of refused) {
    expect(error).toMatchObject({ code: "TOO_MANY_EMAILS", status: 429, retryable: true });
    expect(error.retryAfter).toBeGreaterThan(1_100);
    expect(error.retryAfter).toBeLessThanOrEqual(1_200);
  }
  expect(await test.db.message.count()).toBe(3);
  // Another key has its own limit. After twenty minutes, this key may send one more.
  await send((await make()).key);
  await test.db.$executeRaw`
    UPDATE api_keys SET full_at = full_at - interval '20 minutes' WHERE id = ${id}::uuid`;
  await send(key);
  await expect(send(key)).rejects.toEqual(refusal("TOO_MANY_EMAILS"));
  expect((await listKeys(test.db)).find((each) => each.id === id)?.usedAt).toBeInstanceOf(Date);
});

it("lets each key ask ten times as often as it may queue, also about what it has not queued", async () => {
  const { id, key } = await make({ perHour: 1 });
  const sent = await send(key);
  const asked = [...Array(9).fill(sent), crypto.randomUUID(), "no id", sent];
  const all = await Promise.allSettled(asked.map((each) => status(key, each)));
  const refused = all.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  expect(refused).toHaveLength(2);
  for (const error of refused) {
    expect(error).toMatchObject({ code: "TOO_MANY_READS", status: 429, retryable: true });
    expect(error.retryAfter).toBeGreaterThan(330);
    expect(error.retryAfter).toBeLessThanOrEqual(360);
  }
  // Questions use up no emails, and emails no questions.
  await test.db.$executeRaw`UPDATE api_keys SET full_at = now(), reads_full_at = now()`;
  for (let time = 0; time < 10; time++) await status(key, sent);
  await send(key);
  await expect(status(key, sent)).rejects.toEqual(refusal("TOO_MANY_READS"));
  expect((await listKeys(test.db)).find((each) => each.id === id)?.usedAt).toBeInstanceOf(Date);
});

it("counts by the new clock at once after a failover to a database whose clock is behind", async () => {
  const { key } = await make({ perHour: 2 });
  const sent = await send(key);
  await test.db.$executeRaw`
    UPDATE api_keys SET full_at = now() + interval '5 hours', reads_full_at = now() + interval '5 hours'`;
  await send(key);
  await expect(send(key)).rejects.toEqual(refusal("TOO_MANY_EMAILS"));
  await status(key, sent);
  await expect(status(key, sent)).rejects.toEqual(refusal("TOO_MANY_READS"));
  await test.db.$executeRaw`UPDATE api_keys SET full_at = full_at - interval '30 minutes'`;
  await send(key);
});

it("counts refused emails too, so that guessing has a limit", async () => {
  const { key } = await make({ perHour: 2 });
  await expect(send(key, { to: "sam" })).rejects.toEqual(refusal("INVALID_ADDRESS"));
  await expect(send(key, { template: "x" })).rejects.toEqual(refusal("TEMPLATE_NOT_ALLOWED"));
  await expect(send(key)).rejects.toEqual(refusal("TOO_MANY_EMAILS"));
});

it("queues one email for twenty requests at once with one idempotency key", async () => {
  const { key } = await make();
  const sends = Array.from({ length: 20 }, () => send(key, { idempotencyKey: "invoice 17" }));
  expect(new Set(await Promise.all(sends)).size).toBe(1);
  expect(await test.db.message.count()).toBe(1);
  const other = send(key, { idempotencyKey: "invoice 17", to: "kim@example.com" });
  await expect(other).rejects.toEqual(refusal("IDEMPOTENCY_CONFLICT"));
});

it("keeps programs apart, and the keys of one program together", async () => {
  const first = (await make()).key;
  const next = (await make()).key;
  const other = (await make({ program: "shop" })).key;
  const message = { idempotencyKey: "17" };
  const id = await send(first, message);
  expect(await send(next, message)).toBe(id);
  const others = await send(other, message);
  expect(others).not.toBe(id);
  const { id: apps } = await enqueue(test.db, { template: "welcome", to: TO, props });
  expect(await status(next, id)).toEqual({
    id,
    template: "welcome",
    queuedAt: expect.any(Date),
    status: "on-its-way",
  });
  for (const unknown of [others, apps, "no id", crypto.randomUUID()]) {
    expect(await status(first, unknown)).toBeUndefined();
  }
});

it("logs who made and revoked a key and why, and cancels what a stolen key has queued", async () => {
  const { id, key } = await make();
  const sent = await send(key);
  await work(test.db, accepted);
  const waiting = await send(key);
  const other = await send((await make()).key);
  const stolen = { by: "operator", because: "it was in a public repository" };
  await expect(revokeKey(test.db, id, { by: "x", because: " " })).rejects.toEqual(
    refusal("NO_REASON"),
  );
  expect(await revokeKey(test.db, id, { ...stolen, cancelWaiting: true })).toMatchObject({
    program: "billing",
    cancelled: 1,
  });
  const states = await test.db.message.findMany({ select: { id: true, closedReason: true } });
  expect(new Map(states.map((each) => [each.id, each.closedReason]))).toEqual(
    new Map([
      [sent, "sent"],
      [waiting, "cancelled"],
      [other, null],
    ]),
  );
  const about = `billing ${id}`;
  const actions = await test.db.operatorAction.findMany({
    where: { OR: [{ subject: about }, { messageId: waiting }] },
    orderBy: { doneAt: "asc" },
    select: { action: true, doneBy: true, because: true },
  });
  const did = (action: string, { by, because }: typeof stolen) => ({ action, doneBy: by, because });
  expect(actions).toEqual([
    did("create-key", decision),
    did("revoke-key", stolen),
    did("cancel", stolen),
  ]);
});

it("cancels what a key has queued also if the key was revoked before", async () => {
  const { id, key } = await make();
  await send(key);
  await revokeKey(test.db, id, decision);
  const stolen = { by: "operator", because: "it was stolen", cancelWaiting: true };
  expect(await revokeKey(test.db, id, stolen)).toMatchObject({ program: "billing", cancelled: 1 });
  expect(await test.db.message.count({ where: { state: "queued" } })).toBe(0);
  const subject = `billing ${id}`;
  expect(await test.db.operatorAction.count({ where: { subject } })).toBe(3);
  await expect(revokeKey(test.db, crypto.randomUUID(), stolen)).rejects.toEqual(
    refusal("UNKNOWN_KEY"),
  );
});

it("lets the program's next key queue again what was cancelled with a stolen one, unless it may have been sent", async () => {
  const [stolen, next] = [await make(), await make()];
  const [cancelled, resent] = ["cancelled", "resent"].map((idempotencyKey) => ({ idempotencyKey }));
  const first = await send(stolen.key, cancelled);
  const second = await send(stolen.key, resent);
  await test.db.$executeRaw`UPDATE messages SET resent = true WHERE id = ${second}::uuid`;
  const cancelling = { ...decision, cancelWaiting: true };
  expect(await revokeKey(test.db, stolen.id, cancelling)).toMatchObject({ cancelled: 2 });
  const again = await send(next.key, cancelled);
  expect(again).not.toBe(first);
  expect(await test.db.message.findUnique({ where: { id: again } })).toMatchObject({
    state: "queued",
  });
  expect(await send(next.key, resent)).toBe(second);
});

it("refuses a program without a plain name, without emails or without a limit", async () => {
  for (const wrong of [
    { program: "" },
    { program: "Billing: 1" },
    { program: "a".repeat(41) },
    { templates: [] },
    { perHour: 0 },
    { perHour: 1.5 },
    { perHour: Number.NaN },
  ]) {
    await expect(make(wrong)).rejects.toEqual(refusal("INVALID_KEY_OPTION"));
  }
});

it("a revoked key queues nothing more, and its cancellation misses no email", async () => {
  const { id, key } = await make();
  const client = await authenticate(test.db, key);
  const stolen = { by: "operator", because: "the key was stolen", cancelWaiting: true };
  const message = { template: "welcome", to: TO, props };
  // This email is not committed when the revocation begins.
  let revoked: ReturnType<typeof revokeKey> | undefined;
  await test.db.$transaction(async (tx) => {
    const queued = await enqueue(tx, { ...message, template: "welcome" });
    await tx.$executeRaw`
      INSERT INTO api_emails (message_id, key_id) VALUES (${queued.id}::uuid, ${id}::uuid)`;
    revoked = revokeKey(test.db, id, stolen);
    await sleep(300);
  });
  expect(await revoked).toMatchObject({ cancelled: 1 });
  // This email's key was checked before the revocation, and the email is queued after it.
  const { id: other, key: otherKey } = await make();
  const late: typeof enqueue = async (tx, email) => {
    await revokeKey(test.db, other, stolen);
    return enqueue(tx, email);
  };
  const sending = sendForProgram(test.db, late, await authenticate(test.db, otherKey), message);
  await expect(sending).rejects.toEqual(refusal("INVALID_API_KEY"));
  await expect(sendForProgram(test.db, enqueue, client, message)).rejects.toEqual(
    refusal("INVALID_API_KEY"),
  );
  expect(await test.db.message.count({ where: { state: "queued" } })).toBe(0);
});
