import { once } from "node:events";
import { useTestDb, waitForLocks } from "@repo/db/testing";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { cancel } from "./cancel.ts";
import { type NewMessage, createEnqueue, createEnqueueMany } from "./enqueue.ts";
import { keysOf } from "./keys.ts";
import { createSealer } from "./seal.ts";
import { templates } from "./test-templates.ts";

const keys = keysOf("a key of the tests, 32 characters");
const secrets = keys.map(({ secret }) => secret);
const enqueue = createEnqueue({ keys, templates });
const props = { name: "Name", url: "https://app.example.com/verify-email?token=secret" };
type VerifyEmail = NewMessage<typeof templates, "verify-email">;

const verifyEmail = (more: Partial<VerifyEmail> = {}): VerifyEmail => ({
  template: "verify-email",
  to: "name@example.com",
  props,
  ...more,
});
const find = (id: string) => test.db.message.findUniqueOrThrow({ where: { id } });

const test = await useTestDb();

it("queues the message with its props sealed", async () => {
  const to = "Name@Example.com";
  const { id } = await test.db.$transaction((tx) =>
    enqueue(tx, { template: "verify-email", to, props }),
  );
  const row = await find(id);
  expect(row).toMatchObject({
    template: "verify-email",
    category: "security",
    to: "Name@example.com",
    toKey: "name@example.com",
    state: "queued",
    outcome: "none",
    priority: 1,
    onUnknown: "resend",
    idempotencyKey: null,
    contentDigest: null,
  });
  expect(Buffer.from(row.payload ?? []).toString("latin1")).not.toContain("secret");
  expect(createSealer(keys).open(id, row.payload ?? new Uint8Array())).toEqual({ props });
});

it("leaves nothing when the caller's transaction rolls back", async () => {
  const to = "rollback@example.com";
  const failing = test.db.$transaction(async (tx) => {
    await enqueue(tx, { template: "verify-email", to, props });
    throw new Error("the caller changes its mind");
  });
  await expect(failing).rejects.toThrow("the caller changes its mind");
  expect(await test.db.message.count({ where: { to } })).toBe(0);
});

it("refuses a bad address and leaves the caller's transaction usable", async () => {
  const to = "usable@example.com";
  await test.db.$transaction(async (tx) => {
    const bad = enqueue(tx, { template: "verify-email", to: "a@b\r\nBcc: c@d", props });
    await expect(bad).rejects.toMatchObject({ code: "INVALID_ADDRESS", retryable: false });
    await enqueue(tx, { template: "verify-email", to, props });
  });
  expect(await test.db.message.count({ where: { to } })).toBe(1);
});

it("gives ids that increase with time", async () => {
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    ids.push(
      (await enqueue(test.db, { template: "verify-email", to: "name@example.com", props })).id,
    );
    const made = Date.now();
    while (Date.now() === made);
  }
  expect(ids.toSorted()).toEqual(ids);
  expect(ids[0]).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

describe("times", () => {
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);

  it("is due at once and expires as the template says, by PostgreSQL's clock", async () => {
    const { dueAt, createdAt, expiresAt } = await find((await enqueue(test.db, verifyEmail())).id);
    // One is kept in microseconds, the other rounded to milliseconds.
    expect(Math.abs(Number(dueAt) - Number(createdAt))).toBeLessThanOrEqual(1);
    const minutes = (Number(expiresAt) - Number(dueAt)) / 60_000;
    expect(minutes).toBe(templates["verify-email"].expiry);
  });

  it("is due at sendAt, from which the template's expiry counts", async () => {
    const sendAt = inHours(5);
    const row = await find((await enqueue(test.db, verifyEmail({ sendAt }))).id);
    expect(row.dueAt).toEqual(sendAt);
    expect(Number(row.expiresAt) - Number(sendAt)).toBe(templates["verify-email"].expiry * 60_000);
  });

  it("takes the expiry of its caller", async () => {
    const [sendAt, expiresAt] = [inHours(1), inHours(300)];
    const { id } = await enqueue(test.db, verifyEmail({ sendAt, expiresAt }));
    expect(await find(id)).toMatchObject({ dueAt: sendAt, expiresAt });
  });
});

describe("idempotency", () => {
  let last = 0;
  const newKey = () => `key ${++last}`;
  const count = (idempotencyKey: string) => test.db.message.count({ where: { idempotencyKey } });

  it("queues the same content once, whatever the order of its fields", async () => {
    const idempotencyKey = newKey();
    const one = verifyEmail({
      idempotencyKey,
      headers: { "X-A": "a", "X-B": "b" },
      sendAt: new Date("2040-01-01"),
    });
    const other = verifyEmail({
      idempotencyKey,
      headers: { "X-B": "b", "X-A": "a" },
      sendAt: new Date("2040-01-01"),
      props: { url: props.url, name: ` ${props.name} ` },
    });
    const { id } = await enqueue(test.db, one);
    expect(await enqueue(test.db, other)).toEqual({ id });
    expect(await count(idempotencyKey)).toBe(1);
  });

  it.each<[string, Partial<VerifyEmail>]>([
    ["recipient", { to: "other@example.com" }],
    ["recipient's spelling", { to: "Name@example.com" }],
    ["prop", { props: { ...props, name: "Other" } }],
    ["reply address", { replyTo: "reply@example.com" }],
    ["header", { headers: { "X-A": "a" } }],
    ["tag", { tags: { a: "a" } }],
    [
      "attachment",
      { attachments: [{ filename: "a.txt", contentType: "text/plain", content: "a" }] },
    ],
    ["time to send", { sendAt: new Date("2040-01-01") }],
    ["expiry", { expiresAt: new Date("2040-01-01") }],
  ])("refuses the same key for another %s, and leaves the transaction usable", async (_, more) => {
    const idempotencyKey = newKey();
    await enqueue(test.db, verifyEmail({ idempotencyKey }));
    await test.db.$transaction(async (tx) => {
      const conflict = enqueue(tx, verifyEmail({ idempotencyKey, ...more }));
      await expect(conflict).rejects.toMatchObject({ code: "IDEMPOTENCY_CONFLICT" });
      await enqueue(tx, verifyEmail({ to: `after-${last}@example.com` }));
    });
    expect(await count(idempotencyKey)).toBe(1);
    expect(await test.db.message.count({ where: { to: `after-${last}@example.com` } })).toBe(1);
  });

  it("returns the first message's id for another content with keepFirst", async () => {
    const idempotencyKey = newKey();
    const { id } = await enqueue(test.db, verifyEmail({ idempotencyKey }));
    const other = verifyEmail({ idempotencyKey, to: "other@example.com", keepFirst: true });
    expect(await enqueue(test.db, other)).toEqual({ id });
    expect(await count(idempotencyKey)).toBe(1);
    expect((await find(id)).to).toBe("name@example.com");
  });

  it("is unique for each template", async () => {
    const idempotencyKey = newKey();
    await enqueue(test.db, verifyEmail({ idempotencyKey }));
    await enqueue(test.db, { ...verifyEmail({ idempotencyKey }), template: "welcome" });
    expect(await count(idempotencyKey)).toBe(2);
  });

  it("keeps no digest by which the content can be guessed without EMAIL_KEY", async () => {
    const idempotencyKey = newKey();
    const { id } = await enqueue(test.db, verifyEmail({ idempotencyKey }));
    const other = createEnqueue({ keys: keysOf("another key of the tests, 32 chars"), templates });
    const conflict = other(test.db, verifyEmail({ idempotencyKey }));
    await expect(conflict).rejects.toMatchObject({ code: "IDEMPOTENCY_CONFLICT" });
    // The id of the key and an HMAC.
    expect((await find(id)).contentDigest).toHaveLength(4 + 32);
  });

  it("is still known under a new EMAIL_KEY, while the old one is in the list", async () => {
    const idempotencyKey = newKey();
    const { id } = await enqueue(test.db, verifyEmail({ idempotencyKey }));
    const rotated = { keys: keysOf("another key of the tests, 32 chars", ...secrets), templates };
    const message = verifyEmail({ idempotencyKey });
    expect(await createEnqueue(rotated)(test.db, message)).toEqual({ id });
    expect(await test.db.$transaction((tx) => createEnqueueMany(rotated)(tx, [message]))).toEqual({
      ids: [id],
    });
    const other = createEnqueue(rotated)(test.db, { ...message, to: "other@example.com" });
    await expect(other).rejects.toMatchObject({ code: "IDEMPOTENCY_CONFLICT" });
  });

  it("lasts after the message is closed, until its row is deleted", async () => {
    const idempotencyKey = newKey();
    const { id } = await enqueue(test.db, verifyEmail({ idempotencyKey }));
    await cancel(test.db, id);
    expect(await enqueue(test.db, verifyEmail({ idempotencyKey }))).toEqual({ id });
    await test.db.message.delete({ where: { id } });
    expect((await enqueue(test.db, verifyEmail({ idempotencyKey }))).id).not.toBe(id);
  });

  /** Two transactions: the second asks while the first has asked and not ended. */
  async function race(end: "commit" | "roll back", more: Partial<VerifyEmail> = {}) {
    const idempotencyKey = newKey();
    let second: ReturnType<typeof enqueue> | undefined;
    const first = test.db.$transaction(async (tx) => {
      const { id } = await enqueue(tx, verifyEmail({ idempotencyKey }));
      second = test.db.$transaction((other) =>
        enqueue(other, verifyEmail({ idempotencyKey, ...more })),
      );
      second.catch(() => undefined);
      await waitForLocks(test.db);
      if (end === "roll back") throw new Error("rolled back");
      return id;
    });
    const id = await first.catch(() => undefined);
    return { id, second: second!, idempotencyKey };
  }

  it("gives two concurrent callers one message", async () => {
    const { id, second, idempotencyKey } = await race("commit");
    expect(await second).toEqual({ id });
    expect(await count(idempotencyKey)).toBe(1);
  });

  it("refuses a concurrent caller's other content", async () => {
    const { second } = await race("commit", { to: "other@example.com" });
    await expect(second).rejects.toMatchObject({ code: "IDEMPOTENCY_CONFLICT" });
  });

  it("queues the second caller's when the first rolls back", async () => {
    const { second, idempotencyKey } = await race("roll back", { to: "other@example.com" });
    const { id } = await second;
    expect(await find(id)).toMatchObject({ to: "other@example.com", idempotencyKey });
    expect(await count(idempotencyKey)).toBe(1);
  });

  it("queues one message of twenty callers at once", async () => {
    const idempotencyKey = newKey();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        test.db.$transaction((tx) => enqueue(tx, verifyEmail({ idempotencyKey })), {
          maxWait: 60_000,
          timeout: 60_000,
        }),
      ),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await count(idempotencyKey)).toBe(1);
  });
});

describe("wakes a worker", () => {
  /** @returns whether the work has sent a notification */
  async function wakes(idleFor: string | null, work: () => Promise<unknown>): Promise<boolean> {
    await test.db.$executeRaw`
      UPDATE sending_status SET idle_until = now() + ${idleFor}::interval`;
    const client = new pg.Client(test.url);
    await client.connect();
    let notified = false;
    client.on("notification", ({ channel }) => {
      notified ||= channel === "email_queued";
    });
    await client.query("LISTEN email_queued; LISTEN done");
    await work();
    const done = once(client, "notification");
    await client.query("NOTIFY done");
    // Notifications arrive in the order of their commits.
    await done;
    await client.end();
    return notified;
  }

  it("that has marked itself idle", async () => {
    expect(await wakes("1 minute", () => enqueue(test.db, verifyEmail()))).toBe(true);
  });

  it("with the commit, and not before", async () => {
    const rolledBack = () =>
      test.db
        .$transaction(async (tx) => {
          await enqueue(tx, verifyEmail());
          throw new Error("rolled back");
        })
        .catch(() => undefined);
    expect(await wakes("1 minute", rolledBack)).toBe(false);
  });

  it("but not if none is idle, or if the mark is old", async () => {
    expect(await wakes(null, () => enqueue(test.db, verifyEmail()))).toBe(false);
    expect(await wakes("-1 second", () => enqueue(test.db, verifyEmail()))).toBe(false);
  });

  it("for a message that is due before its sleep ends, and for no later one", async () => {
    const later = verifyEmail({ sendAt: new Date(Date.now() + 3_600_000) });
    expect(await wakes("1 minute", () => enqueue(test.db, later))).toBe(false);
    expect(await wakes("2 hours", () => enqueue(test.db, later))).toBe(true);
  });

  it("but not for a message that was queued before", async () => {
    const again = verifyEmail({ idempotencyKey: "wake once" });
    await enqueue(test.db, again);
    expect(await wakes("1 minute", () => enqueue(test.db, again))).toBe(false);
  });
});
