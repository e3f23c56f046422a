import { connect } from "@repo/measure/durable-postgres";
import { round } from "@repo/measure/statistics";
import { type Outcome, compare } from "./result.ts";
import type { EventsLoad } from "./senders/events-load.ts";
import type { EventsServer, Side } from "./senders/events-server.ts";
import type { Setup } from "./setup.ts";

const CONNECTIONS = 32;
const TOPIC = "arn:aws:sns:us-east-1:000000000000:ses-events";

/** Measures how many events a second one process stores. Each is on disk before its answer. */
export async function events(setup: Setup): Promise<Outcome> {
  const { runs, events: count } = setup.size;
  const load = await setup.start<EventsLoad>(import.meta.resolve("./senders/events-load.ts"));
  const { ids, pem } = await load.call("prepare", { count, topicArn: TOPIC });
  const memory: Record<Side, number[]> = { ours: [], floor: [], bare: [] };

  const measure = async (side: Side) => {
    const url = await setup.postgres.createMigrated("events");
    const client = await connect(url);
    await client.query(QUEUED, [ids]);
    await client.query("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY, event jsonb)");
    await client.query("VACUUM ANALYZE");
    await setup.postgres.checkpoint();
    const server = await setup.start<EventsServer>(
      import.meta.resolve("./senders/events-server.ts"),
    );
    const port = await server.call("listen", { side, url, topicArn: TOPIC, pem });
    const rate = await load.call("run", { port, connections: CONNECTIONS });
    memory[side].push(await server.call("memory"));
    const { rows } = await client.query<{ stored: number }>(STORED[side]);
    if (rows[0]?.stored !== count) throw new Error(`${rows[0]?.stored} events, not ${count}`);
    setup.say(`  ${side} ${round(rate)} events/s`);
    await server.stop();
    await client.end();
    await setup.postgres.drop("events");
    return rate;
  };

  const sides: Side[] = ["ours", "floor", "bare"];
  const rates: Record<Side, number[]> = { ours: [], floor: [], bare: [] };
  for (let run = 0; run < runs; run++) {
    // Each side comes first in turn.
    for (let i = 0; i < sides.length; i++) {
      const side = sides[(run + i) % sides.length] ?? "ours";
      rates[side].push(await measure(side));
    }
  }
  await load.stop();
  const beside = (other: number[]) => ({ ours: rates.ours, other });
  const thousand = rates.ours.map(() => 1_000);
  return {
    results: [
      compare("events", "events/s, both rows", beside(rates.floor), { atLeast: 0.9 }),
      compare("events", "events/s, one INSERT", beside(rates.bare)),
      compare("events", "events/s, of 1,000", beside(thousand), { atLeast: 1 }),
      compare("events", "MB of memory at most", { ours: memory.ours, other: memory.bare }),
    ],
  };
}

// Emails that have been sent, each with its attempt.
const QUEUED = `
  WITH m AS (
    INSERT INTO messages (id, template, category, to_address, to_key, on_unknown, state,
      closed_reason, closed_at, outcome)
    SELECT id, 'welcome', 'account', 'n' || id || '@example.com', 'n' || id || '@example.com',
      'hold', 'closed', 'sent', now(), 'sent'
    FROM unnest($1::uuid[]) id RETURNING id
  )
  INSERT INTO attempts (message_id, number, finished_at, result, ses_message_id)
  SELECT id, 1, now(), 'accepted', 'ses-' || id FROM m`;

const STORED: Record<Side, string> = {
  ours: "SELECT count(*)::int AS stored FROM events",
  floor: "SELECT count(*)::int AS stored FROM events",
  bare: "SELECT count(*)::int AS stored FROM bare",
};
