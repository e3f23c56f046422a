import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@repo/measure/durable-postgres";
import { quantile, round } from "@repo/measure/statistics";
import { UNLIMITED } from "./drain.ts";
import { type Outcome, compare, paired } from "./result.ts";
import type { Ours } from "./senders/ours.ts";
import type { Setup } from "./setup.ts";

/** Measures whether a claim is slower after a million emails. */
export async function tail(setup: Setup): Promise<Outcome> {
  const { postgres } = setup;
  const { runs, claimed, finished } = setup.size;
  const source = await postgres.createMigrated("tail_source");
  const program = await setup.start<Ours>(import.meta.resolve("./senders/ours.ts"));
  await program.call("fill", { url: source, count: claimed });
  await program.stop();
  const rows = await readMessages(source);

  const empty = await postgres.createMigrated("tail_empty");
  const full = await postgres.createMigrated("tail_full");
  setup.say(`  writing ${finished} finished rows`);
  await execute(full, [
    // Sent in the past, one after the other, at the first attempt.
    `INSERT INTO messages (id, template, category, to_address, to_key, state, closed_reason, outcome,
       on_unknown, attempt_count, created_at, due_at, closed_at)
     SELECT gen_random_uuid(), 'welcome', 'account', 'person' || n || '@example.com',
       'person' || n || '@example.com', 'closed', 'sent', 'delivered', 'hold', 1, at, at, at
     FROM generate_series(1, ${finished}) n, LATERAL (SELECT now() - n * interval '1 second' AS at) t`,
    `INSERT INTO attempts (message_id, number, started_at, finished_at, result, ses_message_id)
     SELECT id, 1, closed_at, closed_at, 'accepted', id::text FROM messages`,
    "VACUUM ANALYZE",
  ]);

  const p50: { ours: number[]; other: number[] } = { ours: [], other: [] };
  const side = (url: string, name: "ours" | "other") => async () => {
    const times = await claimTimes(setup, url, rows);
    p50[name].push(quantile(times, 0.5));
    const [median, last] = [0.5, 0.99].map((q) => round(quantile(times, q)));
    setup.say(
      `  ${name === "ours" ? finished : "no"} finished rows: p50 ${median} ms, p99 ${last} ms of ${times.length} claims`,
    );
    return quantile(times, 0.99);
  };
  const p99 = await paired(runs, side(full, "ours"), side(empty, "other"));
  for (const name of ["tail_source", "tail_empty", "tail_full"]) await postgres.drop(name);
  return {
    results: [
      compare("tail", "p99 ms of a claim", p99, { atMost: 1.5 }),
      compare("tail", "p50 ms of a claim", p50),
    ],
  };
}

async function claimTimes(setup: Setup, url: string, rows: unknown[]): Promise<number[]> {
  const ids = "SELECT id FROM jsonb_populate_recordset(NULL::messages, $1)";
  // Both sides start with the same emails to send, without rows of an earlier run.
  await execute(url, [`DELETE FROM messages WHERE id IN (${ids})`], [JSON.stringify(rows)]);
  await execute(
    url,
    ["INSERT INTO messages SELECT * FROM jsonb_populate_recordset(NULL::messages, $1)"],
    [JSON.stringify(rows)],
  );
  await execute(url, ["VACUUM ANALYZE"]);
  await setup.postgres.checkpoint();
  const program = await setup.start<Ours>(import.meta.resolve("./senders/ours.ts"));
  await program.call("prepare", { url, content: "ready", rate: UNLIMITED, withoutCalls: true });
  await program.call("run");
  const client = await connect(url);
  for (let left = rows.length; left > 0; await sleep(50)) {
    const count = await client.query<{ left: number }>(
      "SELECT count(*)::int AS left FROM messages WHERE state = 'queued'",
    );
    left = count.rows[0]?.left ?? 0;
  }
  const times = await program.call("claims");
  await program.call("finish");
  await client.end();
  await program.stop();
  return times;
}

async function readMessages(url: string): Promise<unknown[]> {
  const client = await connect(url);
  const { rows } = await client.query<{ row: unknown }>(
    "SELECT to_jsonb(m) AS row FROM messages m",
  );
  await client.end();
  return rows.map(({ row }) => row);
}

async function execute(url: string, statements: string[], values?: string[]): Promise<void> {
  const client = await connect(url);
  for (const statement of statements) await client.query(statement, values);
  await client.end();
}
