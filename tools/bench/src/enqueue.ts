import { median, quantile, round } from "@repo/measure/statistics";
import { type Outcome, type Pairs, compare } from "./result.ts";
import type { Times, Transactions } from "./senders/transactions.ts";
import type { Setup } from "./setup.ts";

/** What queueing an email adds to the caller's transaction. */
export async function enqueue(setup: Setup): Promise<Outcome> {
  const { runs, transactions: count } = setup.size;
  const url = await setup.postgres.createMigrated("enqueue");
  const program = await setup.start<Transactions>(import.meta.resolve("./senders/transactions.ts"));
  // This round does not count, because its code is not compiled yet.
  await program.call("run", { url, count: Math.ceil(count / 4), round: 0 });
  const rounds: Record<"ours" | "prisma" | "plain", Times>[] = [];
  for (let run = 1; run <= runs; run++) {
    await setup.postgres.checkpoint();
    const times = await program.call("run", { url, count, round: run });
    const shown = (["ours", "prisma", "plain"] as const).map(
      (side) => `${side} ${round(median(times[side].transaction))}`,
    );
    setup.say(`  p50 of a transaction, ms: ${shown.join(", ")}`);
    rounds.push(times);
  }
  await program.stop();
  await setup.postgres.drop("enqueue");

  const pairs = (part: keyof Times, other: "prisma" | "plain", q: number): Pairs => ({
    ours: rounds.map((times) => quantile(times.ours[part], q)),
    other: rounds.map((times) => quantile(times[other][part], q)),
  });
  return {
    results: [
      compare("enqueue", "p50 ms, transaction", pairs("transaction", "prisma", 0.5), {
        atMost: 1.3,
      }),
      compare("enqueue", "p50 ms, the call alone", pairs("call", "prisma", 0.5)),
      compare("enqueue", "p50 ms, transaction, plain pg", pairs("transaction", "plain", 0.5)),
      compare("enqueue", "p99 ms, transaction", pairs("transaction", "prisma", 0.99)),
    ],
  };
}
