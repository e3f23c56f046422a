import { connect } from "@repo/measure/durable-postgres";
import { quantile, round } from "@repo/measure/statistics";
import { logIn, makeAccounts, openWeb } from "./accounts/web.ts";
import { SEED, type Seeded, seeded } from "./ops/seed.ts";
import { type Outcome, compare } from "./result.ts";
import type { Setup } from "./setup.ts";

// In ms: a page that a person waits for without noticing.
const AIM = 200;
const OPERATOR = "operator@example.com";

/** Measures every page of operators with a million emails in the log. */
export async function ops(setup: Setup): Promise<Outcome> {
  const { postgres, size } = setup;
  const url = await postgres.createMigrated("ops");
  setup.say(`  writing ${size.finished} emails`);
  const client = await connect(url);
  for (const statement of SEED(size.finished)) await client.query(statement);
  const found = await seeded(client);
  const web = await openWeb(url);
  await makeAccounts(url, web.post, [OPERATOR]);
  await client.query("UPDATE users SET role = 'operator'");
  await client.end();
  const [cookie = ""] = await logIn(web.post, [OPERATOR]);

  const results = [];
  for (const [name, path] of Object.entries(PAGES)) {
    await postgres.checkpoint();
    const times: number[] = [];
    for (let view = 0; view < size.pageViews; view++) {
      const { status, body, ms } = await web.get(path(found, view), cookie);
      if (status !== 200) throw new Error(`${path(found, view)}: ${status} ${body}`);
      times.push(ms);
    }
    const [p50, p95] = [0.5, 0.95].map((q) => quantile(times, q));
    setup.say(`  ${name}: p50 ${round(p50 ?? 0)} ms, p95 ${round(p95 ?? 0)} ms`);
    const pairs = { ours: [p95 ?? Number.NaN], other: [AIM] };
    const result = compare("ops", `p95 ms, ${name}`, pairs, { atMost: 1 });
    results.push({ ...result, runs: times.length });
  }
  await web.stop();
  await postgres.drop("ops");
  return { results };
}

type Path = (found: Seeded, view: number) => string;

const oneOf = (list: string[], view: number) => encodeURIComponent(list[view % list.length] ?? "");

/** Every page, and the searches of a support desk: frequent, rare and in vain. */
const PAGES: Record<string, Path> = {
  home: () => "/ops",
  "rates of a day": () => "/ops/rates?period=24h",
  "rates of a month": () => "/ops/rates?period=30d",
  messages: () => "/ops/messages",
  "messages of an address": ({ addresses }, view) => `/ops/messages?q=${oneOf(addresses, view)}`,
  "messages of a template": () => "/ops/messages?template=welcome",
  "messages of a template that is missing": () => "/ops/messages?template=missing",
  "messages that bounced": () => "/ops/messages?outcome=bounced",
  "messages that failed": () => "/ops/messages?status=failed",
  "messages of an hour": ({ since, until }) => `/ops/messages?since=${since}&until=${until}`,
  "one message": ({ ids }, view) => `/ops/messages/${oneOf(ids, view)}`,
  "how many failed": () => "/ops/messages/retry?status=failed",
  "how many wait": () => "/ops/messages/cancel?status=queued",
  suppressions: () => "/ops/suppressions",
  "one suppression": ({ addresses }, view) => `/ops/suppressions?email=${oneOf(addresses, view)}`,
  requests: ({ addresses }, view) => `/ops/requests?email=${oneOf(addresses, view)}`,
  sending: () => "/ops/sending",
  actions: () => "/ops/actions",
};
