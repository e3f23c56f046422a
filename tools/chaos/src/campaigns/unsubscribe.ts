import { setTimeout as sleep } from "node:timers/promises";
import { createEnqueue, createEnqueueMany } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { createPreferenceLinks } from "@repo/email/preferences";
import { freePort } from "@repo/testing/free-port";
import { KEYS, templates as all } from "@repo/measure/messages";
import { quantile, round } from "@repo/measure/statistics";
import { startApp } from "../app.ts";
import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { type Stack, openStack } from "../stack.ts";
import { until } from "../until.ts";

const LINK_KEY = "a key of links of the campaigns of 32 characters";
// A product update in place of the welcome email. The real web app does not know its category, but
// takes its links too.
const templates = { ...all, welcome: { ...all.welcome, category: "product-news" } };
const categories = { security: {}, "product-news": { byDefault: "on" } } as const;

// Share of the people who unsubscribe.
const SHARE = 0.1;
// How many post at once.
const LANES = 8;
// The number of genuine posts for each forged one.
const FORGED = 10;
// In ms, from one queued reset to the next.
const RESET_EVERY = 250;
// In seconds: the bar for a reset, from the commit to SES's answer.
const RESET_BAR = 5;

/**
 * A product update goes to very many people. Meanwhile one in ten unsubscribes by a post, as a
 * mailbox provider sends it. Most of them are just about to get the email. Others forge links, and
 * some people ask for a new password.
 */
export async function unsubscribe(setup: Setup): Promise<Findings> {
  const { quick, say, random } = setup;
  // 100,000 for the usual 20,000 emails.
  const people = setup.messages * 5;
  const port = await freePort();
  const appUrl = `http://127.0.0.1:${port}`;
  const stack = await openStack(setup);
  const { outbox, ses } = stack;
  startApp(setup, "web", {
    ...stack.env,
    PORT: String(port),
    APP_URL: appUrl,
    AUTH_SECRET: "a secret that no request here needs",
    EMAIL_KEY: KEYS[0].secret,
    OPT_OUT_KEY: "a key of opt-outs which nobody has here",
    UNSUBSCRIBE_KEY: LINK_KEY,
    SES_EVENTS_TOPIC_ARN: "arn:aws:sns:us-east-1:000000000000:ses-events",
  });
  await until("web", async () => (await fetch(`${appUrl}/healthz`)).ok, 60);

  await queueNews(stack, people, (i) => addressOf(i));
  say(`${people} product updates are queued`);
  const links = createPreferenceLinks({ keys: keysOf(LINK_KEY), appUrl });
  const foreign = createPreferenceLinks({ keys: keysOf(`another ${LINK_KEY}`), appUrl });
  const options = {
    optional: { categories, key: LINK_KEY, appUrl },
    doubtSeconds: { resend: 5, hold: 5 },
  };
  await Promise.all([stack.startWorker(options), stack.startWorker(options)]);

  const over = new AbortController();
  const resets = queueResets(stack, over.signal);
  const goal = Math.round(people * SHARE);
  const begun = new Set<number>();
  /** What their product update was when the post was answered. */
  const answered = new Map<number, AtTheAnswer>();
  let forgedAccepted = 0;
  let forged = 0;
  let closed = 0;
  const watch = setInterval(() => {
    outbox
      .closed()
      .then((count) => (closed = count))
      .catch(() => undefined);
  }, 50);
  setup.atEnd(() => clearInterval(watch));

  async function lane(): Promise<void> {
    while (begun.size < goal) {
      // Spread over the drain.
      const share = (begun.size / goal) * 0.9 * people;
      if (closed < share) {
        await sleep(10);
        continue;
      }
      const who = Math.min(people - 1, closed + Math.floor(random() * 400));
      const person = begun.has(who) ? Math.floor(random() * people) : who;
      if (begun.has(person)) continue;
      begun.add(person);
      if (begun.size % FORGED === 0) {
        forged++;
        const stranger = addressOf(people + forged);
        if (await post(forge(foreign, links, stranger, forged))) forgedAccepted++;
      }
      const { unsubscribe: link } = links.of(addressOf(person), "product-news");
      if (!(await post(link))) throw new Error("a genuine link was refused");
      const [message] = await outbox.rows<AtTheAnswer>(
        "SELECT id, state::text, closed_reason::text AS reason FROM messages WHERE to_key = $1 AND template = 'welcome'",
        [addressOf(person)],
      );
      if (message) answered.set(person, message);
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane));
  say(`${answered.size} people have unsubscribed; draining`);
  await outbox.drained();
  over.abort();
  await resets;

  // A second product update: the claim leaves them out.
  const unsubscribed = [...answered.keys()];
  const second = await queueNews(stack, unsubscribed.length, (i) =>
    addressOf(unsubscribed[i] ?? 0),
  );
  const kept = await queueResetsTo(stack, unsubscribed.slice(0, quick ? 20 : 500).map(addressOf));
  await outbox.drained();

  const tally = await ses.tally();
  const sent = (id: string) => (tally[id]?.copies ?? 0) > 0;
  const late = [...answered.values()].filter(
    ({ id, state, reason }) =>
      // An email in doubt was sent before the answer, and gets no second copy.
      ["queued", "sending"].includes(state) || (reason === "unsubscribed" && sent(id)),
  );
  const waits = (
    await outbox.rows<{ seconds: number }>(
      `SELECT extract(epoch FROM a.finished_at - m.created_at)::float8 AS seconds
       FROM messages m JOIN attempts a ON a.message_id = m.id
       WHERE m.template = 'password-reset' AND a.result = 'accepted'`,
    )
  ).map(({ seconds }) => seconds);
  const strangers = await outbox.look<"count">(
    "SELECT count(*) AS count FROM email_preferences WHERE address_key LIKE 'stranger%'",
  );
  const found = await audit(stack);
  const reasons = [...answered.values()].map(({ reason }) => reason);
  return {
    figures: {
      ...found,
      people,
      unsubscribed: answered.size,
      beforeTheirEmail: reasons.filter((reason) => reason === "unsubscribed").length,
      sentAfterUnsubscribing: late.length + second.filter(sent).length,
      forged,
      forgedAccepted: forgedAccepted + strangers.count,
      resets: waits.length,
      resetSeconds: { median: round(quantile(waits, 0.5)), most: round(Math.max(...waits)) },
    },
    bars: {
      ...always(found),
      "0 sent to the unsubscribed": late.length === 0 && second.filter(sent).length === 0,
      "0 forged links accepted": forgedAccepted === 0 && strangers.count === 0,
      "one in ten has unsubscribed": answered.size === goal,
      "every reset is sent, to the unsubscribed too":
        kept.every(sent) && waits.length === (await resetsQueued(stack)),
      [`every reset within ${RESET_BAR} s`]: Math.max(...waits) <= RESET_BAR,
    },
  };
}

/** The state of a person's product update at the time when their post is answered. */
interface AtTheAnswer {
  id: string;
  state: string;
  reason: string | null;
}

const addressOf = (i: number) => `person${i}@example.com`;
const PROPS = { name: "Sam Sample", url: "https://app.example.com/news" };

/** Queues product updates in one transaction. @returns their ids */
async function queueNews(
  { outbox }: Stack,
  count: number,
  to: (i: number) => string,
): Promise<string[]> {
  const enqueueMany = createEnqueueMany({ keys: KEYS, templates, categories });
  function* messages() {
    for (let i = 0; i < count; i++) yield { template: "welcome" as const, to: to(i), props: PROPS };
  }
  const { ids } = await outbox.db.$transaction((tx) => enqueueMany(tx, messages()), {
    timeout: 600_000,
  });
  for (const id of ids) outbox.queued.add(id);
  return ids;
}

/** Queues a reset again and again, until the signal aborts. */
async function queueResets(stack: Stack, signal: AbortSignal): Promise<void> {
  for (let i = 0; !signal.aborted; i++) {
    await queueResetsTo(stack, [`reset${i}@example.com`]);
    await sleep(RESET_EVERY, undefined, { signal }).catch(() => undefined);
  }
}

async function queueResetsTo({ outbox }: Stack, addresses: string[]): Promise<string[]> {
  const enqueue = createEnqueue({ keys: KEYS, templates, categories });
  const props = { ...PROPS, expiresInMinutes: 60 };
  const ids: string[] = [];
  for (const to of addresses) {
    const { id } = await enqueue(outbox.db, { template: "password-reset", to, props });
    outbox.queued.add(id);
    ids.push(id);
  }
  return ids;
}

async function resetsQueued({ outbox }: Stack): Promise<number> {
  const { count } = await outbox.look<"count">(
    "SELECT count(*) AS count FROM messages WHERE template = 'password-reset'",
  );
  return count;
}

/** Posts as Gmail does (RFC 8058). @returns whether it was accepted */
async function post(link: string): Promise<boolean> {
  const response = await fetch(link, {
    method: "POST",
    body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
    redirect: "error",
  });
  await response.arrayBuffer();
  if (response.status >= 500) throw new Error(`unsubscribing answered ${response.status}`);
  return response.ok;
}

type Links = ReturnType<typeof createPreferenceLinks>;

/** A link of another key, one with a changed letter, or one that is cut off. */
function forge(foreign: Links, genuine: Links, address: string, i: number): string {
  const to = address.replace("person", "stranger");
  if (i % 3 === 0) return foreign.of(to, "product-news").unsubscribe;
  const { unsubscribe: link } = genuine.of(to, "product-news");
  if (i % 3 === 1) return link.slice(0, -1 - (i % 40));
  const at = link.length - 1 - (i % 60);
  return `${link.slice(0, at)}${link[at] === "A" ? "B" : "A"}${link.slice(at + 1)}`;
}
