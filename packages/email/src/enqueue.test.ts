import { once } from "node:events";
import { createTestDb } from "@repo/db/testing";
import { full } from "@repo/testing/full";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type NewMessage, cancel, createEnqueue } from "./enqueue.ts";
import { createSealer } from "./seal.ts";
import { templates } from "./test-templates.ts";

const key = "a key of the tests, 32 characters";
const enqueue = createEnqueue({ key, templates });
const props = { name: "Name", url: "https://app.example.com/verify-email?token=secret" };
type VerifyEmail = NewMessage<typeof templates, "verify-email">;
let test: Awaited<ReturnType<typeof createTestDb>>;

const verifyEmail = (more: Partial<VerifyEmail> = {}): VerifyEmail => ({
  template: "verify-email",
  to: "name@example.com",
  props,
  ...more,
});
const find = (id: string) => test.db.message.findUniqueOrThrow({ where: { id } });

beforeAll(async () => {
  test = await createTestDb();
});
afterAll(() => test.drop());

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
  expect(createSealer(key).open(id, row.payload ?? new Uint8Array())).toEqual({ props });
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

it("refuses props that do not fit, naming the field and not its value", async () => {
  const bad = enqueue(test.db, {
    template: "verify-email",
    to: "name@example.com",
    props: { name: "Name", url: "javascript:alert('secret')" },
  });
  await expect(bad).rejects.toMatchObject({
    code: "INVALID_PROPS",
    message: expect.stringMatching(/^(?!.*secret).*url/),
  });
});

it("gives ids that increase with time", async () => {
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    const before = Date.now();
    ids.push(
      (await enqueue(test.db, { template: "verify-email", to: "name@example.com", props })).id,
    );
    while (Date.now() === before);
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

  it("refuses an invalid time, and an expiry before sendAt", async () => {
    for (const times of [
      { sendAt: new Date("tomorrow") },
      { expiresAt: new Date(NaN) },
      { sendAt: inHours(2), expiresAt: inHours(1) },
    ]) {
      const bad = enqueue(test.db, verifyEmail(times));
      await expect(bad).rejects.toMatchObject({ code: "INVALID_TIME" });
    }
  });
});

describe("additions", () => {
  it("seals what the caller adds, and keeps none of it readable", async () => {
    const content = new Uint8Array([0, 255, 1, 2]).subarray(1);
    const { id } = await enqueue(
      test.db,
      verifyEmail({
        replyTo: "Sam Sample <Sam@Bücher.example>",
        headers: { "X-Order": "order-17" },
        tags: { campaign: "spring" },
        attachments: [
          { filename: "bill.pdf", contentType: "application/pdf", content },
          { filename: "a.txt", contentType: "text/plain", content: "Grüße", contentId: "a@b" },
        ],
      }),
    );
    const { payload } = await find(id);
    expect(Buffer.from(payload!).toString("latin1")).not.toMatch(/order-17|spring|bill|Sam/);
    expect(createSealer(key).open(id, payload!)).toEqual({
      props,
      replyTo: { name: "Sam Sample", address: "Sam@xn--bcher-kva.example" },
      headers: { "X-Order": "order-17" },
      tags: { campaign: "spring" },
      attachments: [
        { filename: "bill.pdf", contentType: "application/pdf", content: "/wEC" },
        { filename: "a.txt", contentType: "text/plain", content: "R3LDvMOfZQ==", contentId: "a@b" },
      ],
    });
  });

  it.each([
    "text/calendar; charset=utf-8; method=REQUEST",
    'application/pdf; name="a file.pdf"',
    "text/plain;charset=utf-8",
    "message/rfc822",
  ])("takes a file of the type %s", async (contentType) => {
    const attachments = [{ filename: "a.txt", contentType, content: "Hello" }];
    const { id } = await enqueue(test.db, verifyEmail({ attachments }));
    const { payload } = await find(id);
    expect(createSealer(key).open(id, payload!)).toMatchObject({ attachments: [{ contentType }] });
  });

  const numbered = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-${i}`, "v"]));
  const file = { filename: "a.pdf", contentType: "application/pdf", content: "x" };

  it.runIf(full)("takes all that SES takes, up to its limits", async () => {
    const { id } = await enqueue(
      test.db,
      verifyEmail({
        headers: { ...numbered(8), [`X${"-".repeat(125)}`]: "v".repeat(870), X: "v".repeat(995) },
        tags: { ...numbered(47), ["t".repeat(256)]: "v".repeat(256) },
        attachments: [
          {
            ...file,
            filename: `${"é".repeat(251)}.pdf`,
            content: new Uint8Array(10 * 1024 ** 2 - 49),
          },
          ...Array.from({ length: 49 }, () => file),
        ],
      }),
    );
    expect(await find(id)).toMatchObject({ state: "queued" });
  });

  it.each<[string, string, Partial<VerifyEmail>]>([
    ["a bad reply address", "INVALID_ADDRESS", { replyTo: "secret" }],
    ["two reply addresses", "INVALID_NAME", { replyTo: "secret@example.com, B <b@example.com>" }],
    [
      "a line break in the reply name",
      "INVALID_NAME",
      { replyTo: "secret\r\nX: y <a@example.com>" },
    ],
    ["11 headers", "INVALID_HEADER", { headers: numbered(11) }],
    ["a header without a name", "INVALID_HEADER", { headers: { "": "secret" } }],
    ["a header's name with a colon", "INVALID_HEADER", { headers: { "secret:": "v" } }],
    ["a header's name of 127", "INVALID_HEADER", { headers: { ["secret".repeat(22)]: "v" } }],
    ["a header's name beyond ASCII", "INVALID_HEADER", { headers: { "X-sécret": "v" } }],
    ["an empty header", "INVALID_HEADER", { headers: { "X-A": "" } }],
    ["a header of 996", "INVALID_HEADER", { headers: { A: "secret".repeat(166) } }],
    [
      "name and value of 997",
      "INVALID_HEADER",
      { headers: { "X-A": "secret".repeat(166).slice(2) } },
    ],
    ["a line break in a header", "INVALID_HEADER", { headers: { "X-A": "a\r\nBcc: secret" } }],
    ["a header beyond ASCII", "INVALID_HEADER", { headers: { "X-A": "sécret" } }],
    ["a header twice", "INVALID_HEADER", { headers: { "X-A": "secret", "x-a": "secret" } }],
    ...["Subject", "TO", "Bcc", "From", "Reply-To", "Content-Type", "MIME-Version", "Date"].map(
      (name): [string, string, Partial<VerifyEmail>] => [
        `the header ${name}`,
        "INVALID_HEADER",
        { headers: { [name]: "secret" } },
      ],
    ),
    ["our own header", "INVALID_HEADER", { headers: { "x-message-ID": "secret" } }],
    ["the header of redirected mail", "INVALID_HEADER", { headers: { "X-Original-To": "secret" } }],
    ["SES's own header", "INVALID_HEADER", { headers: { "X-SES-CONFIGURATION-SET": "secret" } }],
    ["49 tags", "INVALID_TAG", { tags: numbered(49) }],
    ["our own tag", "INVALID_TAG", { tags: { "message-id": "secret" } }],
    ["our other tag", "INVALID_TAG", { tags: { template: "secret" } }],
    ["a tag's name with a space", "INVALID_TAG", { tags: { "secret name": "v" } }],
    ["a tag with a comma", "INVALID_TAG", { tags: { a: "secret,b=c" } }],
    ["an empty tag", "INVALID_TAG", { tags: { a: "" } }],
    ["a tag of 257", "INVALID_TAG", { tags: { a: "s".repeat(257) } }],
    ["51 files", "INVALID_ATTACHMENT", { attachments: Array.from({ length: 51 }, () => file) }],
    [
      "a file without an extension",
      "INVALID_ATTACHMENT",
      { attachments: [{ ...file, filename: "secret" }] },
    ],
    ["a path", "INVALID_ATTACHMENT", { attachments: [{ ...file, filename: "../secret.pdf" }] }],
    [
      "a line break in a filename",
      "INVALID_ATTACHMENT",
      { attachments: [{ ...file, filename: "secret\r\n.pdf" }] },
    ],
    [
      "a filename of 256",
      "INVALID_ATTACHMENT",
      { attachments: [{ ...file, filename: `${"s".repeat(252)}.pdf` }] },
    ],
    ["a program", "INVALID_ATTACHMENT", { attachments: [{ ...file, filename: "secret.pdf.ExE" }] }],
    [
      "a program for Windows",
      "INVALID_ATTACHMENT",
      { attachments: [{ ...file, filename: "secret.exe. " }] },
    ],
    ["no type", "INVALID_ATTACHMENT", { attachments: [{ ...file, contentType: "secret" }] }],
    [
      "a line break in a type",
      "INVALID_ATTACHMENT",
      { attachments: [{ ...file, contentType: "a/b\r\nsecret: c" }] },
    ],
    [
      "a message that is not in ASCII",
      "INVALID_ATTACHMENT",
      { attachments: [{ ...file, contentType: "message/rfc822", content: "secret: ü" }] },
    ],
    [
      "a message with a line of a thousand",
      "INVALID_ATTACHMENT",
      { attachments: [{ ...file, contentType: "message/rfc822", content: "x".repeat(1000) }] },
    ],
    [
      "a content id in brackets",
      "INVALID_ATTACHMENT",
      { attachments: [{ ...file, contentId: "<secret>" }] },
    ],
    [
      "more than 10 MB",
      "ATTACHMENTS_TOO_LARGE",
      { attachments: [file, { ...file, content: new Uint8Array(10 * 1024 ** 2) }] },
    ],
  ])("refuses %s, and does not repeat it", async (_case, code, more) => {
    const bad = enqueue(test.db, verifyEmail({ to: "refused@example.com", ...more }));
    await expect(bad).rejects.toMatchObject({
      code,
      retryable: false,
      message: expect.stringMatching(/^(?!.*s[eé]cret)/s),
    });
    expect(await test.db.message.count({ where: { toKey: "refused@example.com" } })).toBe(0);
  });
});

it("refuses an unknown template", async () => {
  for (const template of ["none", "toString", "__proto__"]) {
    const bad = enqueue(test.db, verifyEmail({ template: template as "verify-email" }));
    await expect(bad).rejects.toMatchObject({ code: "UNKNOWN_TEMPLATE" });
  }
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
    const other = createEnqueue({ key: "another key of the tests, 32 chars", templates });
    const conflict = other(test.db, verifyEmail({ idempotencyKey }));
    await expect(conflict).rejects.toMatchObject({ code: "IDEMPOTENCY_CONFLICT" });
    expect((await find(id)).contentDigest).toHaveLength(32);
  });

  it("lasts after the message is closed, until its row is deleted", async () => {
    const idempotencyKey = newKey();
    const { id } = await enqueue(test.db, verifyEmail({ idempotencyKey }));
    await cancel(test.db, id);
    expect(await enqueue(test.db, verifyEmail({ idempotencyKey }))).toEqual({ id });
    await test.db.message.delete({ where: { id } });
    expect((await enqueue(test.db, verifyEmail({ idempotencyKey }))).id).not.toBe(id);
  });

  it.each(["", "k".repeat(257), "a\nb", "a\u0000b", "ä"])("refuses the key %j", async (bad) => {
    const refused = enqueue(test.db, verifyEmail({ idempotencyKey: bad }));
    await expect(refused).rejects.toMatchObject({ code: "INVALID_IDEMPOTENCY_KEY" });
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
      await vi.waitFor(
        async () => {
          const waiting = await test.db.$queryRaw`
          SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
          expect(waiting).toHaveLength(1);
        },
        { timeout: 60_000 },
      );
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

describe("cancel", () => {
  it("closes a message that waits and erases its contents, once", async () => {
    const { id } = await enqueue(test.db, verifyEmail());
    expect(await cancel(test.db, id)).toBe(true);
    expect(await find(id)).toMatchObject({
      state: "closed",
      closedReason: "cancelled",
      payload: null,
    });
    expect(await cancel(test.db, id)).toBe(false);
  });

  it("has no effect if the caller's transaction rolls back", async () => {
    const { id } = await enqueue(test.db, verifyEmail());
    const failing = test.db.$transaction(async (tx) => {
      expect(await cancel(tx, id)).toBe(true);
      throw new Error("the caller changes its mind");
    });
    await expect(failing).rejects.toThrow("the caller changes its mind");
    expect(await find(id)).toMatchObject({ state: "queued" });
  });

  it("is too late for a message that a worker has claimed", async () => {
    const { id } = await enqueue(test.db, verifyEmail());
    await test.db.$executeRaw`
      UPDATE messages SET state = 'sending', lease_id = ${crypto.randomUUID()}::uuid,
        lease_expires_at = now() + interval '1 minute' WHERE id = ${id}::uuid`;
    expect(await cancel(test.db, id)).toBe(false);
    expect(await find(id)).toMatchObject({ state: "sending" });
  });

  it("returns false for an invalid id, and leaves the transaction usable", async () => {
    await test.db.$transaction(async (tx) => {
      expect(await cancel(tx, "none")).toBe(false);
      expect(await cancel(tx, crypto.randomUUID())).toBe(false);
      await enqueue(tx, verifyEmail());
    });
  });
});
