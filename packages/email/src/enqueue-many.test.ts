import { full } from "@repo/testing/full";
import { describe, expect, it } from "vitest";
import { useOutbox } from "./delivery/test-queue.ts";
import { type NewMessage, createEnqueue, createEnqueueMany } from "./enqueue.ts";
import { keysOf } from "./keys.ts";
import { createSealer } from "./seal.ts";
import { templates } from "./test-templates.ts";

const keys = keysOf("a key of the tests, 32 characters");
const enqueue = createEnqueue({ keys, templates });
const enqueueMany = createEnqueueMany({ keys, templates });
type Welcome = NewMessage<typeof templates, "welcome">;

const test = await useOutbox();

const welcome = (index: number, more: Partial<Welcome> = {}): Welcome => ({
  template: "welcome",
  to: `Name${index}@Example.com`,
  props: { name: `Name ${index}`, url: "https://app.example.com/" },
  ...more,
});
const inTransaction = (messages: Parameters<typeof enqueueMany>[1]) =>
  test.db.$transaction((tx) => enqueueMany(tx, messages), { timeout: 60_000 });
const count = () => test.db.message.count();

it("queues each message as enqueue does, and returns their ids in order", async () => {
  const messages = [
    welcome(0, { sendAt: new Date("2040-01-01T12:00:00Z"), tags: { a: "b" }, locale: "de" }),
    { ...welcome(1), template: "verify-email" as const },
    welcome(2, { expiresAt: new Date("2040-01-02T12:00:00Z"), idempotencyKey: "two" }),
  ];
  const { ids } = await inTransaction(messages);
  const alone = await Promise.all(
    messages.map((message) => enqueue(test.db, { ...message, idempotencyKey: undefined } as never)),
  );
  const find = async (id: string) => {
    const message = await test.db.message.findUniqueOrThrow({ where: { id } });
    const { payload, dueAt, expiresAt, ...rest } = message;
    const contents = createSealer(keys).open(id, payload!);
    // In hours, because the two are queued a few milliseconds apart.
    const life = Math.round((expiresAt!.getTime() - dueAt.getTime()) / 3_600_000);
    const own = { id: "", createdAt: null, idempotencyKey: null, contentDigest: null };
    return { ...rest, ...own, contents, life };
  };
  for (const [index, id] of ids.entries()) {
    expect(await find(id)).toEqual(await find(alone[index]!.id));
  }
  const [first, , third] = await Promise.all(
    ids.map((id) => test.db.message.findUniqueOrThrow({ where: { id } })),
  );
  expect(first).toMatchObject({ dueAt: messages[0]?.sendAt, to: "Name0@example.com" });
  expect(third).toMatchObject({ idempotencyKey: "two", expiresAt: messages[2]?.expiresAt });
});

it("takes a list of any length, an async iterable, and an empty list", async () => {
  const length = full ? 5_001 : 1_001;
  async function* generate() {
    for (let index = 0; index < length; index += 1) yield welcome(index);
  }
  const { ids } = await inTransaction(generate());
  expect(new Set(ids).size).toBe(length);
  const rows = await test.db.message.findMany({ where: { id: { in: [ids[0]!, ids.at(-1)!] } } });
  expect(new Set(rows.map(({ to }) => to))).toEqual(
    new Set(["Name0@example.com", `Name${length - 1}@example.com`]),
  );
  expect(await count()).toBe(length);
  expect(await inTransaction([])).toEqual({ ids: [] });
});

describe("queues all or none", () => {
  const failing = (): AsyncIterable<Welcome> => ({
    async *[Symbol.asyncIterator]() {
      for (let index = 0; index < 1_000; index += 1) yield welcome(index);
      throw new Error("the list ended early");
    },
  });

  it.each<[string, () => Parameters<typeof enqueueMany>[1], object]>([
    [
      "a bad address",
      () => [welcome(0), welcome(1, { to: "nobody" })],
      { code: "INVALID_ADDRESS", message: expect.stringMatching(/^messages\[1\]: This is no/) },
    ],
    [
      "a used key",
      () => [
        ...Array.from({ length: 1_000 }, (_, index) => welcome(index)),
        // Many: the first must not be first by chance.
        ...Array.from({ length: 40 }, () => welcome(0, { idempotencyKey: "used" })),
        welcome(1, { idempotencyKey: "used" }),
      ],
      { code: "IDEMPOTENCY_CONFLICT", message: expect.stringMatching(/^messages\[1040\]: This/) },
    ],
    ["a list that fails", failing, { message: "the list ended early" }],
  ])("if there is %s, and leaves the transaction usable", async (_, messages, error) => {
    await test.db.$transaction(
      async (tx) => {
        await expect(enqueueMany(tx, messages())).rejects.toMatchObject(error);
        await enqueue(tx, welcome(7));
      },
      { timeout: 60_000 },
    );
    expect(await count()).toBe(1);
  });

  it("and none if the caller's transaction rolls back", async () => {
    const rolledBack = test.db.$transaction(async (tx) => {
      await enqueueMany(tx, [welcome(0)]);
      throw new Error("rolled back");
    });
    await expect(rolledBack).rejects.toThrow("rolled back");
    expect(await count()).toBe(0);
  });

  it("and refuses to work without a transaction", async () => {
    await expect(enqueueMany(test.db, [welcome(0)])).rejects.toMatchObject({
      code: "NOT_IN_A_TRANSACTION",
    });
    expect(await count()).toBe(0);
  });
});

describe("returns the first message's id for a used key", () => {
  it("of the same content, queued before or in the same list", async () => {
    const { id } = await enqueue(test.db, welcome(0, { idempotencyKey: "before" }));
    const { ids } = await inTransaction([
      welcome(1, { idempotencyKey: "among" }),
      welcome(0, { idempotencyKey: "before" }),
      welcome(2),
      welcome(1, { idempotencyKey: "among" }),
    ]);
    expect(ids[1]).toBe(id);
    expect(ids[3]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(3);
    expect(await count()).toBe(3);
  });

  it("of another content with keepFirst", async () => {
    const { id } = await enqueue(test.db, welcome(0, { idempotencyKey: "digest" }));
    const { ids } = await inTransaction([
      welcome(1, { idempotencyKey: "digest", keepFirst: true }),
      welcome(2),
    ]);
    expect(ids[0]).toBe(id);
    expect(await count()).toBe(2);
  });
});
