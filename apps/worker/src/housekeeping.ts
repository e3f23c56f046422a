import { setTimeout as sleep } from "node:timers/promises";
import { onEvents } from "@repo/accounts/on-events";
import { deleteEnded } from "@repo/accounts/worker";
import type { Db } from "@repo/db";
import { attachEvents } from "@repo/email/events";
import { endHolds } from "@repo/email/operator";
import { deleteOldMessages, eraseOldContents } from "@repo/email/retention";
import { errorFields } from "@repo/errors/log";
import type { Logger } from "pino";

const INTERVAL_MS = 60 * 60_000;

/**
 * Runs once an hour until the signal aborts, or only once. It deletes old messages and ended
 * sessions, ends the hold of emails that have expired, erases contents whose time has passed, and
 * attaches events that a dead worker left behind. Several workers may run it at the same time.
 */
export async function runHousekeeping({
  db,
  log,
  once,
  signal,
}: {
  db: Db;
  log: Logger;
  once: boolean;
  signal: AbortSignal;
}): Promise<void> {
  while (!signal.aborted) {
    try {
      let more = true;
      while (more && !signal.aborted) {
        const deleted = await deleteOldMessages(db, { signal });
        more = deleted.more;
        if (deleted.messages > 0) log.info({ messages: deleted.messages }, "old emails deleted");
      }
      const over = await endHolds(db);
      if (over > 0) log.info({ messages: over }, "held emails have expired");
      const erased = await eraseOldContents(db, { signal });
      if (erased > 0) log.info({ messages: erased }, "contents of unsent emails erased");
      const { failed } = await attachEvents(db, { onEvents });
      for (const { event, error } of failed) {
        const { messageId, type } = event;
        log.error(
          { messageId, type, ...errorFields(error) },
          "onEvents failed for an event; trying again in an hour",
        );
      }
      const ended = await deleteEnded(db);
      if (ended > 0)
        log.info({ rows: ended }, "ended sign-ups, sessions, links and limits deleted");
    } catch (error) {
      log.error(errorFields(error), "housekeeping failed; trying again in an hour");
    }
    if (once) return;
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}
