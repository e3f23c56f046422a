import type { Db } from "@repo/db";
import { evidenceStops } from "../evidence-stops.ts";
import { type EvidenceRules, judge } from "./evidence.ts";
import type { Log } from "./logger.ts";

/** Judges messages in doubt at intervals, and logs the results. */
export interface Judge {
  /** Judges if the interval has passed. */
  run(): Promise<void>;
}

// The interval is a fifteenth of the horizon, and this many ms at most.
const SHARE = 1 / 15;
const MAX_INTERVAL = 60_000;

export function createJudge({
  db,
  log,
  lease,
  rules,
}: {
  db: Db;
  log: Log;
  lease: number;
  rules: EvidenceRules;
}): Judge {
  const logged = new Set<string>();
  let next = 0;
  return {
    async run() {
      if (performance.now() < next) return;
      next = performance.now() + Math.min(rules.horizon * SHARE * 1000, MAX_INTERVAL);
      for (const { id, template } of await judge(db, lease, rules)) {
        log.warn(
          { messageId: id, template },
          "email had not been sent, as SES's events show; queued again",
        );
      }
      for (const { eventSource, messageId } of await evidenceStops(db)) {
        if (logged.has(eventSource)) continue;
        logged.add(eventSource);
        log.error(
          { eventSource, messageId, next: "Read docs/runbook.md, Evidence" },
          "an email was judged as not sent, but SES had sent it; the events of its configuration set no longer count as evidence",
        );
      }
    },
  };
}
