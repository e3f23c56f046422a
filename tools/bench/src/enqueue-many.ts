import { round } from "@repo/measure/statistics";
import { type Outcome, type Pairs, compare } from "./result.ts";
import type { Many } from "./senders/many.ts";
import type { Setup } from "./setup.ts";

/** Compares queueing a list of emails to the bare INSERTs of its rows. */
export async function enqueueMany(setup: Setup): Promise<Outcome> {
  const { runs, emails: count } = setup.size;
  const url = await setup.postgres.createMigrated("enqueue_many");
  const program = await setup.start<Many>(import.meta.resolve("./senders/many.ts"));
  const pairs: Pairs = { ours: [], other: [] };
  // The first round does not count, because its code is not compiled yet.
  for (let run = 0; run <= runs; run++) {
    await setup.postgres.checkpoint();
    const { ours, other } = await program.call("run", { url, count, oursFirst: run % 2 === 0 });
    if (run === 0) continue;
    setup.say(`  ours ${round(ours)} emails/s, INSERTs ${round(other)} emails/s`);
    pairs.ours.push(ours);
    pairs.other.push(other);
  }
  await program.stop();
  await setup.postgres.drop("enqueue_many");
  return { results: [compare("enqueue-many", "emails/s", pairs, { atLeast: 0.5 })] };
}
