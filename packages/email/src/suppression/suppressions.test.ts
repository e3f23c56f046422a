import { useTestDb, waitForLocks } from "@repo/db/testing";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Effect } from "./effect.ts";
import { applyEvents } from "../events.ts";
import { eraseMail } from "../erasure/erase-mail.ts";
import { sesEvent } from "../events/test-event.ts";
import { lockAddresses } from "./suppress.ts";
import {
  addSuppression,
  explainSuppression,
  findSuppression,
  listSuppressions,
  removeSuppression,
} from "./suppressions.ts";

const test = await useTestDb();
beforeEach(async () => {
  await test.db.suppression.deleteMany();
  await test.db.suppressionRemoval.deleteMany();
  await test.db.event.deleteMany();
});

const ADDRESS = "name@example.com";
const decision = { by: "operator", because: "asked for by phone" };
const override = { ...decision, overrideComplaint: true };

let count = 0;
/** @param days from now */
async function hear(effect: Effect, days = 0, recipient = ADDRESS): Promise<void> {
  await applyEvents(test.db, [
    sesEvent(effect === "permanent" || effect === "soft" ? "Bounce" : "Complaint", {
      sesMessageId: `ses-${++count}`,
      recipient,
      occurredAt: new Date(Date.now() + days * 24 * 60 * 60_000),
      detail: { diagnosticCode: `550 ${count}` },
      effect,
    }),
  ]);
}

const reason = async () => (await findSuppression(test.db, ADDRESS))?.reason;

describe("removing", () => {
  it("lets email go out again, and keeps who did it, why, and what was removed", async () => {
    await hear("permanent", -1);
    expect(await findSuppression(test.db, "NAME@example.com")).toMatchObject({ reason: "bounce" });
    const removed = await removeSuppression(test.db, ADDRESS, decision);
    expect(removed).toMatchObject({ address: ADDRESS, reason: "bounce", until: null });
    expect(await reason()).toBeUndefined();
    expect(await explainSuppression(test.db, ADDRESS)).toMatchObject({
      suppression: null,
      events: [{ effect: "permanent", sesMessageId: `ses-${count}` }],
      removals: [
        {
          reason: "bounce",
          since: removed.since,
          evidence: { sesMessageId: `ses-${count}`, diagnosticCode: `550 ${count}` },
          removedBy: "operator",
          because: "asked for by phone",
        },
      ],
    });
  });

  it("is refused for a complaint, unless that is overridden", async () => {
    await hear("complaint", -1);
    const atSes = vi.fn<() => Promise<void>>(async () => {});
    await expect(removeSuppression(test.db, ADDRESS, { ...decision, atSes })).rejects.toThrow(
      expect.objectContaining({ code: "COMPLAINED" }),
    );
    expect(atSes).not.toHaveBeenCalled();
    expect(await reason()).toBe("complaint");
    await removeSuppression(test.db, ADDRESS, { ...override, atSes });
    expect(await reason()).toBeUndefined();
  });

  it("is refused if nothing is suppressed, or without a reason", async () => {
    await expect(removeSuppression(test.db, ADDRESS, decision)).rejects.toMatchObject({
      code: "NOT_SUPPRESSED",
    });
    await hear("permanent");
    for (const because of ["", "  ", "x".repeat(501)]) {
      await expect(
        removeSuppression(test.db, ADDRESS, { by: "operator", because }),
      ).rejects.toMatchObject({ code: "NO_REASON" });
    }
    expect(await reason()).toBe("bounce");
  });

  it("changes nothing here when SES's own list cannot be changed", async () => {
    await hear("permanent", -1);
    const atSes = () => Promise.reject(new Error("SES is away"));
    await expect(removeSuppression(test.db, ADDRESS, { ...decision, atSes })).rejects.toThrow(
      "SES is away",
    );
    expect(await reason()).toBe("bounce");
    expect(await test.db.suppressionRemoval.count()).toBe(0);
  });

  it("keeps a complaint that came while SES answered", async () => {
    await hear("permanent", -1);
    const atSes = () => hear("complaint");
    await expect(removeSuppression(test.db, ADDRESS, { ...decision, atSes })).rejects.toThrow(
      expect.objectContaining({ code: "COMPLAINED" }),
    );
    expect(await reason()).toBe("complaint");
  });

  it("takes an address off SES's list as it was typed and as its key", async () => {
    await hear("permanent", -1);
    const atSes = vi.fn<(address: string) => Promise<void>>(async () => {});
    await removeSuppression(test.db, "Name@Example.com", { ...decision, atSes });
    expect(atSes.mock.calls.flat()).toEqual(["Name@example.com", ADDRESS]);
  });

  it("protects against earlier events, and not against later ones", async () => {
    await hear("permanent", -2);
    await removeSuppression(test.db, ADDRESS, decision);
    // Late on its way.
    await hear("permanent", -1);
    for (const days of [-3, -2, -1]) await hear("soft", days);
    expect(await reason()).toBeUndefined();
    // Two after the removal: with the three before it would have been five.
    for (const days of [1, 2]) await hear("soft", days);
    expect(await reason()).toBeUndefined();
    await hear("permanent", 3);
    expect(await reason()).toBe("bounce");
  });

  it("does not protect against a complaint that was not known", async () => {
    await hear("permanent", -2);
    await removeSuppression(test.db, ADDRESS, decision);
    await hear("complaint", -1);
    expect(await reason()).toBe("complaint");
  });
});

describe("adding", () => {
  it("is for good, with who and why, and bounces leave it as it is", async () => {
    await hear("permanent", -1);
    const added = await addSuppression(test.db, "NAME@example.com", decision);
    expect(added).toMatchObject({ reason: "manual", until: null, evidence: decision });
    await hear("permanent");
    expect(await findSuppression(test.db, ADDRESS)).toEqual(added);
  });

  it("is replaced by a complaint, which keeps the operator's words", async () => {
    await addSuppression(test.db, ADDRESS, decision);
    for (let times = 0; times < 2; times++) {
      await hear("complaint");
      expect(await findSuppression(test.db, ADDRESS)).toMatchObject({
        reason: "complaint",
        evidence: { manual: decision },
      });
    }
  });

  it("leaves a complaint as it is", async () => {
    await hear("complaint");
    expect(await addSuppression(test.db, ADDRESS, decision)).toMatchObject({ reason: "complaint" });
  });
});

it("keeps the stronger reason after retention has deleted its event", async () => {
  await hear("complaint", -3);
  await test.db.event.deleteMany();
  await hear("permanent", -2);
  for (const days of [-5, -4, -3, -2, -1]) await hear("soft", days);
  expect(await findSuppression(test.db, ADDRESS)).toMatchObject({ reason: "complaint" });
});

it("does not count a suppression that has expired, but explains it", async () => {
  for (const days of [-40, -39, -38, -37, -36]) await hear("soft", days);
  expect(await findSuppression(test.db, ADDRESS)).toBeNull();
  expect((await listSuppressions(test.db)).suppressions).toEqual([]);
  expect((await listSuppressions(test.db, { expired: true })).suppressions).toHaveLength(1);
  expect((await explainSuppression(test.db, ADDRESS)).suppression).toMatchObject({
    reason: "soft-bounces",
    until: expect.any(Date),
  });
});

it("lists by reason and time, page by page, even those of the same moment", async () => {
  const at = new Date("2030-01-01T00:00:00Z");
  await test.db.suppression.createMany({
    data: Array.from({ length: 7 }, (_, i) => ({
      addressKey: `name${i}@example.com`,
      reason: i % 2 ? ("complaint" as const) : ("bounce" as const),
      createdAt: i < 2 ? new Date("2029-01-01") : at,
    })),
  });
  const pages: string[][] = [];
  for (let before: string | null | undefined; before !== null;) {
    const page = await listSuppressions(test.db, {}, { before, limit: 3 });
    pages.push(page.suppressions.map(({ address }) => address.slice(4, 5)));
    before = page.next;
  }
  expect(pages).toEqual([["6", "5", "4"], ["3", "2", "1"], ["0"]]);
  const complaints = await listSuppressions(test.db, { reason: "complaint", since: at });
  expect(complaints).toMatchObject({
    suppressions: [{ address: "name5@example.com" }, { address: "name3@example.com" }],
    next: null,
  });
  await expect(listSuppressions(test.db, {}, { before: "name" })).rejects.toMatchObject({
    code: "INVALID_CURSOR",
  });
});

it.each([
  ["an event", () => hear("permanent")],
  ["a manual suppression", () => addSuppression(test.db, ADDRESS, decision)],
  ["a removal", () => removeSuppression(test.db, ADDRESS, override)],
  [
    "an erasure",
    () => eraseMail(test.db, { keys: [ADDRESS], pseudonyms: ["hash of the address"], until: null }),
  ],
] as const)("%s waits for a transaction that changes the same address", async (_name, change) => {
  await hear("complaint", -1);
  let changing: Promise<unknown> | undefined;
  await test.db.$transaction(
    async (tx) => {
      await tx.$executeRaw(lockAddresses([ADDRESS]));
      changing = change();
      await waitForLocks(test.db);
    },
    // A busy machine is slow.
    { timeout: 60_000, maxWait: 60_000 },
  );
  await changing;
});
