import type { Prisma } from "@repo/db";
import { describe, expect, it } from "vitest";
import { claimAs, queueReset, queueWelcome, useOutbox } from "./delivery/test-queue.ts";
import type { Effect } from "./suppression/effect.ts";
import { applyEvents } from "./events.ts";
import { sesEvent } from "./events/test-event.ts";
import { messageStatus } from "./message-status.ts";
import { addSuppression, removeSuppression } from "./suppression/suppressions.ts";
import { uuidv7 } from "./uuid.ts";

const test = await useOutbox();

const ADDRESS = "name@example.com";
const decision = { by: "operator", because: "asked for by phone" };

let count = 0;
/** An event about a message. Default: about another message to the same address. */
async function hear(
  type: string,
  effect?: Effect,
  { messageId, detail = {} }: { messageId?: string; detail?: Prisma.JsonObject } = {},
): Promise<void> {
  count++;
  const occurredAt = new Date(Date.now() - 60_000);
  const more = { messageId, recipient: ADDRESS, occurredAt, detail, effect };
  await applyEvents(test.db, [sesEvent(type, { sesMessageId: `ses-${count}`, ...more })]);
}

/** A message that SES has accepted. */
async function sent(): Promise<string> {
  const id = await queueReset(test.db, ADDRESS);
  await claimAs(test.db);
  await hear("Send", undefined, { messageId: id });
  return id;
}

/** A message that the claim has closed as suppressed. Soft bounces suppress it too. */
async function suppressed(): Promise<string> {
  const id = await queueWelcome(test.db, ADDRESS);
  const { closed } = await claimAs(test.db);
  expect(closed).toMatchObject([{ id, reason: "suppressed" }]);
  return id;
}

/** Moves a message back in time, by PostgreSQL's clock. */
const age = (id: string, seconds: number) =>
  test.db.$executeRaw`
    UPDATE messages SET created_at = now() - ${seconds} * interval '1 second' WHERE id = ${id}::uuid`;

const status = (id: string) => messageStatus(test.db, id);

/** The status after the first minute. */
async function later(id: string) {
  await age(id, 24 * 60 * 60);
  return status(id);
}

describe("is undeliverable once a minute has passed, and never sooner", () => {
  it.each<[string, () => Promise<string>]>([
    [
      "a message that came back for good",
      async () => {
        const id = await sent();
        await hear("Bounce", "permanent", { messageId: id, detail: { bounceSubType: "General" } });
        return id;
      },
    ],
    [
      "one that came back for good after all",
      async () => {
        const id = await sent();
        await hear("Delivery", undefined, { messageId: id });
        await hear("Bounce", "soft", { messageId: id });
        await hear("Bounce", "permanent", { messageId: id });
        return id;
      },
    ],
    [
      "one that was not sent, because an earlier one came back for good",
      async () => {
        await hear("Bounce", "permanent", { detail: { bounceSubType: "NoEmail" } });
        return suppressed();
      },
    ],
  ])("%s", async (_, cause) => {
    const id = await cause();
    expect(await status(id)).toBe("on-its-way");
    await age(id, 50);
    expect(await status(id)).toBe("on-its-way");
    await age(id, 61);
    expect(await status(id)).toBe("undeliverable");
  });
});

describe("stays on its way, to every caller", () => {
  it("a message that waits or is with the worker", async () => {
    const id = await queueReset(test.db, ADDRESS);
    expect(await later(id)).toBe("on-its-way");
    await claimAs(test.db);
    expect(await later(id)).toBe("on-its-way");
  });

  it.each<[string, Effect | undefined]>([
    ["Delivery", undefined],
    ["Complaint", "complaint"],
    ["Complaint", "not-spam"],
    ["Bounce", "soft"],
    // An out-of-office reply.
    ["Bounce", undefined],
    ["Reject", undefined],
  ])("one with the event %s, %s", async (type, effect) => {
    const id = await sent();
    await hear(type, effect, { messageId: id });
    expect(await later(id)).toBe("on-its-way");
  });

  it("one that bounced softly, even if another message bounced permanently", async () => {
    const id = await sent();
    await hear("Bounce", "soft", { messageId: id });
    await hear("Bounce", "permanent");
    expect(await later(id)).toBe("on-its-way");
  });

  it.each(["OnAccountSuppressionList", "UnsubscribedRecipient"])(
    "one that SES did not deliver because of the account's own list: %s",
    async (bounceSubType) => {
      const id = await sent();
      await hear("Bounce", "permanent", { messageId: id, detail: { bounceSubType } });
      expect(await later(id)).toBe("on-its-way");
      expect(await later(await suppressed())).toBe("on-its-way");
    },
  );

  it.each<[string, () => Promise<unknown>]>([
    ["a complaint", () => hear("Complaint", "complaint")],
    ["an operator's decision", () => addSuppression(test.db, ADDRESS, decision)],
    [
      "soft bounces",
      async () => {
        for (let i = 0; i < 5; i++) await hear("Bounce", "soft");
      },
    ],
    [
      "a complaint that followed a bounce",
      async () => {
        await hear("Bounce", "permanent");
        await hear("Complaint", "complaint");
      },
    ],
  ])("one that was not sent because of %s", async (_, cause) => {
    await cause();
    expect(await later(await suppressed())).toBe("on-its-way");
  });

  it("one that was not sent because of a bounce that an operator has removed", async () => {
    await hear("Bounce", "permanent");
    const id = await suppressed();
    await removeSuppression(test.db, ADDRESS, decision);
    expect(await later(id)).toBe("on-its-way");
  });

  it("one that expired, even if another message bounced permanently", async () => {
    const id = await queueReset(test.db, ADDRESS, { expiresAt: new Date(0) });
    await claimAs(test.db);
    await hear("Bounce", "permanent");
    expect(await later(id)).toBe("on-its-way");
  });

  it.each([uuidv7(), "", "1'; --", "\0", "x".repeat(100_000)])(
    "one that does not exist: %.20j",
    async (id) => {
      expect(await status(id)).toBe("on-its-way");
    },
  );
});
