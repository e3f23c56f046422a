import { type Enqueue, createEnqueue } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { newMessage, templates } from "@repo/measure/messages";
import type { Stack } from "../../stack.ts";
import type { Lists } from "./fleet.ts";

/** Programs that enqueue with idempotency keys, and repeat them under each list of keys. */
export function openCallers({ outbox }: Stack) {
  const counts = { repeated: 0, keysLost: 0 };
  const queued: { n: number; id: string; newest: string }[] = [];
  const enqueueWith = ({ EMAIL_KEY: [newest = "", ...older] }: Lists): Enqueue<typeof templates> =>
    createEnqueue({ keys: keysOf(newest, ...older), templates });
  const numbered = (n: number) => ({
    ...newMessage(n),
    idempotencyKey: `rotate ${n}`,
    sendAt: new Date("2100-01-01"),
  });
  return {
    counts,
    /** Queues emails that wait until `letGo`. */
    async queue(keys: Lists, count: number): Promise<void> {
      const enqueue = enqueueWith(keys);
      for (let i = 0; i < count; i++) {
        const n = queued.length;
        const { id } = await enqueue(outbox.db, numbered(n));
        queued.push({ n, id, newest: keys.EMAIL_KEY[0] ?? "" });
      }
    },
    /** Queues again what was queued under a key that is still there. */
    async repeat(keys: Lists): Promise<void> {
      const enqueue = enqueueWith(keys);
      for (const { n, id } of queued.filter(({ newest }) => keys.EMAIL_KEY.includes(newest))) {
        counts.repeated++;
        const again = await enqueue(outbox.db, numbered(n)).catch(() => undefined);
        if (again?.id !== id) counts.keysLost++;
      }
      const other = await enqueue(outbox.db, { ...numbered(0), to: "other@example.com" }).catch(
        (error: { code?: string }) => error.code,
      );
      if (other !== "IDEMPOTENCY_CONFLICT") counts.keysLost++;
    },
    /** What waited becomes due. */
    async letGo(): Promise<void> {
      await outbox.rows(
        "UPDATE messages SET due_at = now() WHERE state = 'queued' AND due_at > '2099-01-01'",
      );
      await outbox.rows("SELECT pg_notify('email_queued', '')");
    },
  };
}
