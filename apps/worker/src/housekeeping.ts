import { setTimeout as sleep } from "node:timers/promises";
import { onEvents } from "@repo/accounts/on-events";
import { deleteEnded } from "@repo/accounts/worker";
import type { Db } from "@repo/db";
import { attachEvents } from "@repo/email/events";
import { deleteOldMessages, eraseOldContents } from "@repo/email/retention";
import type { Logger } from "pino";

// How long a closed message stays in the log, and its idempotency key taken (docs/runbook.md).
const RETENTION_DAYS = 90;
// How long what failed or is in doubt can be sent again by an operator.
const CONTENTS_DAYS = 7;
const INTERVAL_MS = 60 * 60_000;

/**
 * Once an hour, until the signal aborts: deletes what is old, erases contents that are kept no
 * longer, and attaches the events that a worker which died did not. Several workers may do it at
 * the same time.
 */
export async function keepHouse({
  db,
  log,
  signal,
}: {
  db: Db;
  log: Logger;
  signal: AbortSignal;
}): Promise<void> {
  while (!signal.aborted) {
    try {
      let more = true;
      while (more && !signal.aborted) {
        const deleted = await deleteOldMessages(db, { olderThanDays: RETENTION_DAYS, signal });
        more = deleted.more;
        if (deleted.messages > 0) log.info({ messages: deleted.messages }, "old emails deleted");
      }
      const erased = await eraseOldContents(db, { olderThanDays: CONTENTS_DAYS, signal });
      if (erased > 0) log.info({ messages: erased }, "contents of unsent emails erased");
      const { failed } = await attachEvents(db, { onEvents });
      for (const { event, error } of failed) {
        const { messageId, type } = event;
        const { code } = error as { code?: string };
        log.error({ messageId, type, code }, "onEvents has failed for an event; again in an hour");
      }
      const ended = await deleteEnded(db);
      if (ended > 0)
        log.info({ rows: ended }, "ended sign-ups, sessions, links and limits deleted");
    } catch (error) {
      log.error(
        { code: (error as { code?: string }).code },
        "housekeeping failed; again in an hour",
      );
    }
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}
