import { expect, it } from "vitest";
import { queueReset, useOutbox } from "./delivery/test-queue.ts";
import { TRANSITIONS } from "./state.ts";

const test = await useOutbox();

const states = ["queued", "sending", "unknown", "closed"] as const;
const outcomes = [
  "none",
  "sent",
  "delayed",
  "delivered",
  "rejected",
  "bounced",
  "complained",
] as const;

/** The columns that go with a state. A closed one keeps its contents, as one that failed does. */
const open = "lease_id = NULL, lease_expires_at = NULL, closed_reason = NULL, closed_at = NULL";
const columns = {
  queued: open,
  sending:
    "lease_id = gen_random_uuid(), lease_expires_at = now(), closed_reason = NULL, closed_at = NULL",
  unknown: open,
  closed: "lease_id = NULL, lease_expires_at = NULL, closed_reason = 'failed', closed_at = now()",
};

/** Puts a message into a state, past the trigger. */
async function messageIn(state: (typeof states)[number]): Promise<string> {
  const id = await queueReset(test.db);
  await test.db.$transaction([
    test.db.$executeRaw`ALTER TABLE messages DISABLE TRIGGER refuse_illegal_transition`,
    test.db.$executeRawUnsafe(
      `UPDATE messages SET ${columns[state]}, state = '${state}' WHERE id = '${id}'`,
    ),
    test.db.$executeRaw`ALTER TABLE messages ENABLE TRIGGER refuse_illegal_transition`,
  ]);
  return id;
}

const pairs = states.flatMap((from) => states.map((to) => ({ from, to })));

it.each(pairs.filter(({ from, to }) => from !== to))(
  "from $from to $to: as the table says",
  async ({ from, to }) => {
    const id = await messageIn(from);
    const change = test.db.$executeRawUnsafe(
      `UPDATE messages SET ${columns[to]}, state = '${to}' WHERE id = '${id}'`,
    );
    const legal = TRANSITIONS.some((one) => one.from === from && one.to === to);
    if (legal) await expect(change).resolves.toBe(1);
    else await expect(change).rejects.toThrow(`cannot go from ${from} to ${to}`);
  },
);

it("lets no writer lower an outcome", async () => {
  const id = await messageIn("closed");
  for (const [at, outcome] of outcomes.entries()) {
    await test.db.message.update({ where: { id }, data: { outcome, payload: null } });
    for (const lower of outcomes.slice(0, at)) {
      const fall = test.db.message.update({ where: { id }, data: { outcome: lower } });
      await expect(fall).rejects.toThrow("cannot fall");
    }
  }
});

it.each([
  ["a closed message has its reason", "closed_reason = NULL"],
  ["why it was closed stays", "closed_reason = 'cancelled'"],
  ["only what is being sent has a lease", "lease_id = gen_random_uuid()"],
])("%s", async (_promise, change) => {
  const id = await messageIn("closed");
  await expect(
    test.db.$executeRawUnsafe(`UPDATE messages SET ${change} WHERE id = '${id}'`),
  ).rejects.toThrow(/23514|check/);
});

it("lets no message that was sent keep its contents, or go back into the queue", async () => {
  const id = await messageIn("closed");
  const keep = test.db.$executeRawUnsafe(`UPDATE messages SET outcome = 'sent' WHERE id = '${id}'`);
  await expect(keep).rejects.toThrow("payload_for_a_retry");
  await test.db
    .$executeRaw`UPDATE messages SET outcome = 'sent', payload = NULL WHERE id = ${id}::uuid`;
  const back = test.db.$executeRawUnsafe(
    `UPDATE messages SET ${open}, state = 'queued', payload = '\\x00' WHERE id = '${id}'`,
  );
  await expect(back).rejects.toThrow("cannot go from closed to queued");
});

it("only a closed message has an outcome", async () => {
  const id = await messageIn("queued");
  const change = test.db.message.update({ where: { id }, data: { outcome: "sent" } });
  await expect(change).rejects.toThrow("outcome_closes");
});
