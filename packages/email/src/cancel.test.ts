import { useTestDb } from "@repo/db/testing";
import { expect, it } from "vitest";
import { cancel } from "./cancel.ts";
import { createEnqueue } from "./enqueue.ts";
import { keysOf } from "./keys.ts";
import { templates } from "./test-templates.ts";

const enqueue = createEnqueue({ keys: keysOf("a key of the tests, 32 characters"), templates });
const email = {
  template: "verify-email",
  to: "name@example.com",
  props: { name: "Name", url: "https://app.example.com/verify-email?token=secret" },
} as const;
const test = await useTestDb();

const find = (id: string) => test.db.message.findUniqueOrThrow({ where: { id } });

it("closes a waiting message once, and erases its contents", async () => {
  const { id } = await enqueue(test.db, email);
  expect(await cancel(test.db, id)).toBe(true);
  expect(await find(id)).toMatchObject({
    state: "closed",
    closedReason: "cancelled",
    payload: null,
  });
  expect(await cancel(test.db, id)).toBe(false);
});

it("has no effect when the caller's transaction rolls back", async () => {
  const { id } = await enqueue(test.db, email);
  const failing = test.db.$transaction(async (tx) => {
    expect(await cancel(tx, id)).toBe(true);
    throw new Error("the caller changes its mind");
  });
  await expect(failing).rejects.toThrow("the caller changes its mind");
  expect(await find(id)).toMatchObject({ state: "queued" });
});

it("is too late for a message that a worker has claimed", async () => {
  const { id } = await enqueue(test.db, email);
  await test.db.$executeRaw`
    UPDATE messages SET state = 'sending', lease_id = ${crypto.randomUUID()}::uuid,
      lease_expires_at = now() + interval '1 minute' WHERE id = ${id}::uuid`;
  expect(await cancel(test.db, id)).toBe(false);
  expect(await find(id)).toMatchObject({ state: "sending" });
});

it("returns false for an unknown id, and leaves the transaction usable", async () => {
  await test.db.$transaction(async (tx) => {
    expect(await cancel(tx, "none")).toBe(false);
    expect(await cancel(tx, crypto.randomUUID())).toBe(false);
    await enqueue(tx, email);
  });
});
