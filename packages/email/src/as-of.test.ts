import { expect, it } from "vitest";
import { accepted, queueWelcome, refused, useOutbox, work } from "./delivery/test-queue.ts";
import { changeMessages, countMessages } from "./operator.ts";

const test = await useOutbox();

const decision = { by: "operator", because: "the sender is repaired" };
const find = (id: string) => test.db.message.findUniqueOrThrow({ where: { id } });

/** A message that SES has refused for good. */
async function failed(): Promise<string> {
  const id = await queueWelcome(test.db);
  await work(test.db, refused("permanent"));
  return id;
}

const all = { template: "welcome" };

it("a change of many emails changes only what was counted: not what was queued before the count and committed after it", async () => {
  const counted = await queueWelcome(test.db);
  const [late, seen] = await test.db.$transaction(
    async (tx) =>
      [
        await queueWelcome(tx),
        // By another connection, which does not see it yet.
        await countMessages(test.db, "cancel", all),
      ] as const,
  );
  expect(seen.messages).toBe(1);
  const later = await queueWelcome(test.db);
  const confirmed = { ...decision, asOf: seen.asOf };
  expect(await changeMessages(test.db, "cancel", all, confirmed)).toMatchObject({ messages: 1 });
  expect(await find(counted)).toMatchObject({ closedReason: "cancelled" });
  for (const id of [late, later]) expect(await find(id)).toMatchObject({ state: "queued" });
  expect(await changeMessages(test.db, "cancel", all, confirmed)).toMatchObject({ messages: 0 });
});

it("a change of many emails leaves out what has changed since, even if the filter finds it again", async () => {
  const sent = await failed();
  const again = await failed();
  const untouched = await failed();
  const { asOf } = await countMessages(test.db, "retry", all);
  await changeMessages(test.db, "retry", { id: sent }, decision);
  await work(test.db, accepted);
  await changeMessages(test.db, "retry", { id: again }, decision);
  await work(test.db, refused("permanent"));
  expect(await changeMessages(test.db, "retry", all, { ...decision, asOf })).toMatchObject({
    messages: 1,
  });
  expect(await find(untouched)).toMatchObject({ state: "queued" });
  expect(await find(again)).toMatchObject({ closedReason: "failed" });
});

it.each(["", "2 emails", "5:7:6", "99999999999999999999"])(
  "a change of many emails refuses the count %j",
  async (asOf) => {
    const refusal = { code: "INVALID_COUNT" };
    const options = { ...decision, asOf };
    await expect(changeMessages(test.db, "cancel", all, options)).rejects.toMatchObject(refusal);
  },
);
