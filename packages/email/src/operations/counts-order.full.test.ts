import { useTestDb } from "@repo/db/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { accepted, claimAs, emptyOutbox, queueReset, settleAs } from "../delivery/test-queue.ts";
import { applyEvents } from "../events/apply.ts";
import { attachEvents } from "../events/attach.ts";
import { sesEvent } from "../events/test-event.ts";
import { foldCounts } from "./fold.ts";
import { readRates } from "./rates.ts";

const test = await useTestDb();

const TYPES = [
  { type: "Send" },
  { type: "Delivery", detail: { processingTimeMillis: 700 } },
  { type: "Bounce", effect: "permanent" as const },
  { type: "Complaint", effect: "complaint" as const },
];
const SETTLE = "settle";
const FOLD = "fold";

it("counts the same for every order and repetition of events, and every time of the settlement", async () => {
  const steps = fc
    .tuple(
      fc.array(fc.constantFrom(...TYPES.keys(), FOLD, SETTLE), { maxLength: 12 }),
      fc.shuffledSubarray([...TYPES.keys(), SETTLE], { minLength: TYPES.length + 1 }),
      fc.boolean(),
    )
    .map(([some, all, isTagged]) => ({ steps: [...some, ...all], isTagged }));
  await fc.assert(
    fc.asyncProperty(steps, async ({ steps: given, isTagged }) => {
      await emptyOutbox(test.db);
      await test.db.pendingCount.deleteMany();
      await test.db.hourlyCount.deleteMany();
      const id = await queueReset(test.db, "name@one.example");
      const { messages } = await claimAs(test.db);
      const answer = { ...accepted, sesMessageId: `ses-${id}` };
      for (const step of given) {
        if (step === FOLD) await foldCounts(test.db);
        else if (step === SETTLE) await settleAs(test.db, messages, answer);
        else {
          const event = sesEvent("", {
            sesMessageId: `ses-${id}`,
            messageId: isTagged ? id : undefined,
            ...TYPES[step as number],
          });
          await applyEvents(test.db, [event, event]);
        }
      }
      await attachEvents(test.db);
      const once = { accepted: 1, delivered: 1, bounced: 1, complained: 1 };
      const { all, byTemplate, byDomain } = await readRates(test.db, "24h");
      expect(all).toMatchObject(once);
      expect(byTemplate).toMatchObject([{ name: "password-reset", ...once }]);
      expect(byDomain).toMatchObject([{ name: "one.example", ...once }]);
    }),
    { numRuns: 150 },
  );
});
