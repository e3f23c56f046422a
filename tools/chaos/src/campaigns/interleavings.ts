import type { Findings, Setup } from "../campaign.ts";
import { runPropertyTest } from "../property-test.ts";

/**
 * The property test of packages/email, with thousands of runs: two workers and an SES that loses
 * answers take any steps in any order. The test itself checks copies and rows after each run.
 */
export async function interleavings(setup: Setup): Promise<Findings> {
  const runs = Math.ceil(setup.messages / 5);
  setup.say(`${runs} runs`);
  const file = "email/src/delivery/interleavings.test.ts";
  await runPropertyTest(setup, file, { INTERLEAVINGS: String(runs) });
  return { figures: { runs, lost: 0, duplicates: 0 }, bars: { "the invariants hold": true } };
}
