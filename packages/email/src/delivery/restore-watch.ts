import type { Db } from "@repo/db";
import { checkDatabase } from "../restore/check.ts";
import { NEXT_STEP, sendingStatus } from "../sending-status.ts";
import type { Log } from "./logger.ts";

/** Notices that the database is a restored backup, and logs it. */
export interface RestoreWatch {
  /** Looks at the database every half minute, and after `lookAgain`. */
  run(): Promise<void>;
  /** Makes the next `run` look. Call it when the database may have been replaced. */
  lookAgain(): void;
}

// In ms.
const INTERVAL = 30_000;

export function createRestoreWatch({ db, log }: { db: Db; log: Log }): RestoreWatch {
  let known: string | undefined;
  let next = 0;
  let wasStopped = false;
  return {
    async run() {
      if (performance.now() < next) return;
      const { isStopped, isFailover, seenAt } = await checkDatabase(db, { known });
      known = seenAt;
      next = performance.now() + INTERVAL;
      if (isFailover) log.warn({}, "another database server has taken over");
      if (isStopped === wasStopped) return;
      wasStopped = isStopped;
      if (!isStopped) return log.info({}, "an operator has decided about the restore");
      const { stopped } = await sendingStatus(db);
      log.error(
        { stoppedBy: "restored", error: stopped?.error, next: NEXT_STEP.restored },
        "sending stopped; every email is kept",
      );
    },
    lookAgain() {
      next = 0;
    },
  };
}
