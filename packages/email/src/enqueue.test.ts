import { createTestDb } from "@repo/db/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createEnqueue } from "./enqueue.ts";
import { createSealer } from "./seal.ts";

const key = "a key of the tests, 32 characters";
const enqueue = createEnqueue({ key });
const props = { name: "Name", url: "https://app.example.com/verify-email?token=secret" };
let test: Awaited<ReturnType<typeof createTestDb>>;

beforeAll(async () => {
  test = await createTestDb();
});
afterAll(() => test.drop());

it("queues the message with its props sealed", async () => {
  const to = "Name@Example.com";
  const { id } = await test.db.$transaction((tx) =>
    enqueue(tx, { template: "verify-email", to, props }),
  );
  const row = await test.db.message.findUniqueOrThrow({ where: { id } });
  expect(row).toMatchObject({
    template: "verify-email",
    category: "security",
    to: "Name@example.com",
    toKey: "name@example.com",
    state: "queued",
    outcome: "none",
    priority: 0,
    onUnknown: "resend",
    expiresAt: null,
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

it("gives ids in the order of their making", async () => {
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
