import type { Db } from "@repo/db";
import { evidenceStops } from "../evidence-stops.ts";
import { type EvidenceRules, judge } from "./evidence.ts";
import type { Log } from "./logger.ts";

/** A worker's part in settling doubt by evidence: it judges now and then, and says so. */
export interface Judgement {
  keepUp(): Promise<void>;
}

// Times the horizon, and in ms: nothing becomes provable sooner than that.
const EVERY = 1 / 15;
const MOST_SELDOM = 60_000;

export function createJudgement({
  db,
  log,
  lease,
  rules,
}: {
  db: Db;
  log: Log;
  lease: number;
  rules: EvidenceRules;
}): Judgement {
  const told = new Set<string>();
  let next = 0;
  return {
    async keepUp() {
      if (performance.now() < next) return;
      next = performance.now() + Math.min(rules.horizon * EVERY * 1000, MOST_SELDOM);
      for (const { id, template } of await judge(db, lease, rules)) {
        log.warn(
          { messageId: id, template },
          "email had not been sent, as SES's events show; queued again",
        );
      }
      for (const { eventSource, messageId } of await evidenceStops(db)) {
        if (told.has(eventSource)) continue;
        told.add(eventSource);
        log.error(
          { eventSource, messageId, next: "Read docs/runbook.md, Evidence" },
          "an email that was judged to be unsent had been sent; evidence is not taken any more",
        );
      }
    },
  };
}
