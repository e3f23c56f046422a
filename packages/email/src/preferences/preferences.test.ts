import { expect, it, vi } from "vitest";
import {
  accepted,
  claimAs,
  queueOptional,
  queueReset,
  queueWelcome,
  refused,
  useOutbox,
  work,
  settleAs,
  endDoubts,
} from "../delivery/test-queue.ts";
import { categories } from "../test-templates.ts";
import { findPreferences, setPreferences } from "./preferences.ts";

const test = await useOutbox();

const address = "name@example.com";
const choose = (wanted: Record<string, boolean>, to = address) =>
  setPreferences(test.db, categories, { address: to, wanted, changedBy: "link" });
const find = (id: string) => test.db.message.findUniqueOrThrow({ where: { id } });
/** @returns the ids that were claimed, and why the others were closed */
async function claimAll() {
  const { messages, closed } = await claimAs(test.db, { categories });
  return {
    claimed: messages.map(({ id }) => id),
    closed: Object.fromEntries(closed.map(({ id, reason }) => [id, reason])),
  };
}

it("sends no email of a category that its recipient has turned off, and says so", async () => {
  await choose({ news: false }, " Name@EXAMPLE.com ");
  const [news, other] = [
    await queueOptional(test.db, "news"),
    await queueOptional(test.db, "news", "other@example.com"),
  ];
  expect(await claimAll()).toEqual({ claimed: [other], closed: { [news]: "unsubscribed" } });
  expect(await find(news)).toMatchObject({ state: "closed", outcome: "none", payload: null });
});

it("sends email of a category that is off by default only to those who have turned it on", async () => {
  await choose({ tips: true });
  const wanted = await queueOptional(test.db, "tips");
  const notAsked = await queueOptional(test.db, "tips", "other@example.com");
  expect(await claimAll()).toEqual({ claimed: [wanted], closed: { [notAsked]: "unsubscribed" } });
});

it("cannot turn off security and account email, nor does a row from earlier times", async () => {
  for (const category of ["security", "account"]) {
    await expect(choose({ news: false, [category]: false })).rejects.toMatchObject({
      code: "CANNOT_BE_TURNED_OFF",
    });
    await test.db.emailPreference.create({
      data: { addressKey: address, category, wanted: false, changedBy: "link" },
    });
  }
  expect((await findPreferences(test.db, address)).map(({ category }) => category)).toEqual([
    "account",
    "security",
  ]);
  const ids = [await queueReset(test.db), await queueWelcome(test.db)];
  expect(await claimAll()).toEqual({ claimed: ids, closed: {} });
});

it("stands apart from suppression, which is the stronger reason", async () => {
  await choose({ news: false });
  await test.db.suppression.create({ data: { addressKey: address, reason: "bounce" } });
  const [news, reset] = [await queueOptional(test.db, "news"), await queueReset(test.db)];
  expect((await claimAll()).closed).toEqual({ [news]: "suppressed", [reset]: "suppressed" });

  await test.db.suppression.deleteMany();
  const [again, resetAgain] = [await queueOptional(test.db, "news"), await queueReset(test.db)];
  expect(await claimAll()).toEqual({ claimed: [resetAgain], closed: { [again]: "unsubscribed" } });
});

it("closes email that waits, at once, and only of that address and category", async () => {
  const waiting = await queueOptional(test.db, "news");
  const others = [
    await queueOptional(test.db, "tips"),
    await queueReset(test.db),
    await queueOptional(test.db, "news", "other@example.com"),
  ];
  await choose({ news: false });
  expect(await find(waiting)).toMatchObject({ closedReason: "unsubscribed", payload: null });
  for (const id of others) expect(await find(id)).toMatchObject({ state: "queued" });
});

it("closes an email as unknown if its first copy may have been sent", async () => {
  const id = await queueOptional(test.db, "news");
  await test.db.message.update({ where: { id }, data: { onUnknown: "resend" } });
  await work(test.db, refused("unknown"));
  await endDoubts(test.db);
  expect(await find(id)).toMatchObject({ state: "queued", resent: true });
  await choose({ news: false });
  expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
});

it("answers once the email that a worker has claimed before is sent", async () => {
  const id = await queueOptional(test.db, "news");
  const { messages } = await claimAs(test.db, { categories });
  const answer = choose({ news: false }).then(() => find(id));
  await vi.waitFor(async () => expect(await findPreferences(test.db, address)).toHaveLength(1));
  await settleAs(test.db, messages, accepted);
  expect(await answer).toMatchObject({ closedReason: "sent" });
});

it("leaves nothing open when it answers, whatever workers claim at the same time", async () => {
  const people = Array.from({ length: 60 }, (_, i) => `person${i}@example.com`);
  const ids = await Promise.all(people.map((to) => queueOptional(test.db, "news", to)));
  const sent = new Set<string>();
  async function deliver(): Promise<void> {
    for (;;) {
      const { messages, closed } = await claimAs(test.db, { categories, limit: 5 });
      if (messages.length + closed.length === 0) return;
      for (const { id } of messages) sent.add(id);
      await settleAs(test.db, messages, accepted);
    }
  }
  /** What has become of each person's email when the answer comes. */
  const answers = people.map(async (to, i) => {
    await choose({ news: false }, to);
    return (await find(ids[i] ?? "")).closedReason;
  });
  const [, , ...reasons] = await Promise.all([deliver(), deliver(), ...answers]);
  expect(reasons.map((reason) => reason === "sent")).toEqual(ids.map((id) => sent.has(id)));
  for (const reason of reasons) expect(["sent", "unsubscribed"]).toContain(reason);
});

it("keeps when and how somebody has chosen, and not a choice that changes nothing", async () => {
  await choose({ news: false, tips: true });
  await choose({ news: false, tips: true });
  const [first] = await findPreferences(test.db, "NAME@example.com");
  await setPreferences(test.db, categories, {
    address,
    wanted: { news: false, tips: false },
    changedBy: "page",
  });
  expect(await findPreferences(test.db, address)).toMatchObject([
    { category: "news", wanted: false, changedBy: "link", changedAt: first?.changedAt },
    { category: "tips", wanted: false, changedBy: "page" },
  ]);
  expect(await findPreferences(test.db, "other@example.com")).toEqual([]);
});

it("stores the choice about a category that the product no longer has", async () => {
  await choose({ "old-news": false, toString: false });
  expect(await findPreferences(test.db, address)).toMatchObject([
    { category: "old-news", wanted: false },
    { category: "toString", wanted: false },
  ]);
});
