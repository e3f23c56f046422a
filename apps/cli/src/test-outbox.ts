import type { Db } from "@repo/db";
import { createEnqueue } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { templates } from "@repo/templates/registry";

const enqueue = createEnqueue({ keys: keysOf("a key of the tests, 32 characters"), templates });

/** Queues an email, as the app does. @returns its id */
export async function queue(db: Db, to: string): Promise<string> {
  const props = { url: "https://app.example.com/?token=secret", expiresInMinutes: 60 };
  return (await enqueue(db, { template: "verify-email", to, props })).id;
}

/** As if the worker had not been able to render an email since it was queued six minutes ago. */
export async function makeUnrendered(db: Db, id: string): Promise<void> {
  await db.message.update({
    where: { id },
    data: {
      createdAt: new Date(Date.now() - 6 * 60_000),
      dueAt: new Date(Date.now() + 60_000),
      attemptCount: 8,
      lastError: "RangeError: cannot be rendered",
      unrenderedAt: new Date(),
    },
  });
}
