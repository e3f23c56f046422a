import type { Db } from "@repo/db";
import { createTestDb } from "@repo/db/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { createDeliverer } from "../delivery/deliverer.ts";
import { sweep } from "../delivery/sweep.ts";
import {
  accepted,
  claimAs,
  doubtSeconds,
  emptyOutbox,
  expireLeases,
  keys,
  makeAllDue,
  queueReset,
  queueVerify,
  queueWelcome,
  work,
  loseLeases,
} from "../delivery/test-queue.ts";
import { findMessage, sendingStatus } from "../log.ts";
import { render } from "../test-templates.ts";
import { checkDatabase } from "./check.ts";
import { cancelRestored, restoredMail, sendRestored, stopAsRestored } from "./decide.ts";

const decision = { by: "operator", because: "restored after the disk failed" };

/** The database at the time of the backup, and what waited in it. */
let waiting: { sent: string; optional: string; hold: string; resend: string; leased: string };
/** The ids that went out after the backup, before the restore. */
let sentBefore: string[];

const backup = await createTestDb();
beforeAll(async () => {
  const { db } = backup;
  await emptyOutbox(db);
  await checkDatabase(db);
  // In doubt, by either policy.
  const [hold, resend] = [await queueWelcome(db), await queueVerify(db)];
  await claimAs(db);
  await loseLeases(db);
  // On its way when the backup was made.
  const leased = await queueWelcome(db);
  await claimAs(db);
  const [sent, optional] = [await queueReset(db), await queueReset(db)];
  waiting = { sent, optional, hold, resend, leased };
  await db.$disconnect();

  const original = await createTestDb(backup.url);
  await original.db.sendingStatus.updateMany({ data: { oids: null } });
  sentBefore = await work(original.db, accepted);
  await original.drop();
});
afterAll(() => backup.drop());

let restored: Awaited<ReturnType<typeof createTestDb>>;
let db: Db;
let calls: string[];
let idle: number;
let logged: string;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  restored = await createTestDb(backup.url);
  db = restored.db;
  calls = [];
  idle = 0;
  logged = "";
  stop = new AbortController();
  running = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await running;
  await restored.drop();
});

/** A worker on the restored database, with its calls. */
function deliver(): void {
  const write = (_fields: object, message: string) => {
    logged += `${message}\n`;
  };
  running = createDeliverer({
    db,
    keys,
    log: { info: write, warn: write, error: write },
    transport: {
      concurrency: 50,
      send: ({ id }) => {
        calls.push(id);
        return Promise.resolve({ result: "accepted", sesMessageId: `ses-${id}` });
      },
      quota: () => Promise.resolve(undefined),
      close: () => undefined,
    },
    evidence: { horizon: 900 },
    onIdle: () => idle++,
    rate: 1_000_000,
    render,
  }).run(stop.signal);
}

const waitFor = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 20 });
/** Until the worker has looked at the queue several times. */
async function looks(): Promise<void> {
  const before = idle;
  await waitFor(() => expect(idle).toBeGreaterThan(before + 2));
}
const find = (id: string) => db.message.findUniqueOrThrow({ where: { id } });
const actionsOf = async (id: string) =>
  (await findMessage(db, id))?.timeline.filter(({ what }) => what === "operator");

it("after a backup, more mail and a restore, sends nothing again before it is asked to", async () => {
  expect(sentBefore.toSorted()).toEqual([waiting.sent, waiting.optional].toSorted());
  await expireLeases(db);
  await makeAllDue(db);
  deliver();
  await waitFor(() => expect(logged).toContain("sending stopped; every email is kept"));
  const later = await queueReset(db);
  await looks();
  expect(calls).toEqual([]);
  expect((await sendingStatus(db)).stopped).toMatchObject({ by: "restored" });
  // Neither the policies nor evidence has decided about anything.
  const states = {
    sent: "queued",
    optional: "queued",
    hold: "unknown",
    resend: "unknown",
  } as const;
  for (const [name, state] of Object.entries(states)) {
    expect(await find(waiting[name as keyof typeof states])).toMatchObject({ state });
  }
  expect(await find(waiting.leased)).toMatchObject({ state: "sending" });

  const shown = await restoredMail(db);
  expect(shown).toMatchObject([
    { template: "password-reset", queued: 2, inDoubt: 0 },
    { template: "verify-email", queued: 0, inDoubt: 1 },
    { template: "welcome", queued: 0, inDoubt: 2 },
  ]);
  expect(shown[0]!.newest.getTime()).toBeLessThan((await find(later)).createdAt.getTime());
});

it("cancels what waited before the restore, and nothing that was queued after it", async () => {
  deliver();
  await waitFor(() => expect(logged).toContain("sending stopped"));
  const later = await queueReset(db);
  expect(await cancelRestored(db, decision)).toEqual({ messages: 5, inDoubt: 3 });
  await waitFor(async () => expect(await find(later)).toMatchObject({ closedReason: "sent" }));
  await looks();
  expect(calls).toEqual([later]);
  for (const id of [waiting.sent, waiting.optional]) {
    expect(await find(id)).toMatchObject({ closedReason: "cancelled", payload: null });
  }
  for (const id of [waiting.hold, waiting.resend, waiting.leased]) {
    expect(await find(id)).toMatchObject({ closedReason: "unknown", payload: null });
  }
  expect(await actionsOf(waiting.sent)).toMatchObject([{ action: "cancel", ...decision }]);
  expect(await actionsOf(later)).toEqual([]);
  expect(await checkDatabase(db)).toMatchObject({ isStopped: false });
  await expect(cancelRestored(db, decision)).rejects.toMatchObject({ code: "NOT_RESTORED" });
});

it("sends what waited before the restore once it is asked to, and the policy decides about doubts", async () => {
  deliver();
  await waitFor(() => expect(logged).toContain("sending stopped"));
  const later = await queueReset(db);
  await expireLeases(db);
  await makeAllDue(db);
  expect(await sendRestored(db, decision)).toEqual({ messages: 5, inDoubt: 3 });
  const sent = [waiting.sent, waiting.optional, later];
  for (const id of sent) {
    await waitFor(async () => expect(await find(id)).toMatchObject({ closedReason: "sent" }));
  }
  await sweep(db, 30, doubtSeconds);
  await waitFor(async () =>
    expect(await find(waiting.resend)).toMatchObject({ closedReason: "sent", resent: true }),
  );
  expect(await find(waiting.hold)).toMatchObject({ state: "closed", closedReason: "unknown" });
  expect(calls.toSorted()).toEqual([...sent, waiting.resend].toSorted());
  expect(await actionsOf(waiting.sent)).toMatchObject([{ action: "send", ...decision }]);
  expect(await actionsOf(later)).toEqual([]);
  expect(await checkDatabase(db)).toMatchObject({ isStopped: false });
});

it("decides only with a reason, and only after a restore", async () => {
  await db.sendingStatus.updateMany({ data: { oids: null } });
  await checkDatabase(db);
  for (const act of [cancelRestored, sendRestored]) {
    await expect(act(db, { by: "operator", because: " " })).rejects.toMatchObject({
      code: "NO_REASON",
    });
    await expect(act(db, decision)).rejects.toMatchObject({ code: "NOT_RESTORED" });
  }
  await expect(restoredMail(db)).rejects.toMatchObject({ code: "NOT_RESTORED" });
  expect(await db.message.count({ where: { state: "closed" } })).toBe(0);
  // An operator can say that it is a restored backup.
  await stopAsRestored(db, decision);
  const later = await queueReset(db);
  await stopAsRestored(db, { by: "another", because: "a second time" });
  expect(await restoredMail(db)).toHaveLength(3);
  expect((await sendingStatus(db)).stopped?.error).toBe(
    "operator says: restored after the disk failed",
  );
  await cancelRestored(db, decision);
  expect(await find(later)).toMatchObject({ state: "queued" });
});
