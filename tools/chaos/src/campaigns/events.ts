import { freePort } from "@repo/testing/free-port";
import { KEYS } from "@repo/measure/messages";
import { startApp } from "../app.ts";
import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { openStack } from "../stack.ts";
import { until } from "../until.ts";

// One email in so many bounces.
const BOUNCES = 20;
const UNUSED = "a secret that no request here needs";

/**
 * Every email has two events. They come in bursts, by the webhook and the queue, repeated and out
 * of order, while web is killed again and again. The apps are the real ones.
 */
export async function events(setup: Setup): Promise<Findings> {
  const { quick, say, random } = setup;
  // With two events each: 10,000 events for the usual 20,000 emails.
  const messages = Math.round(setup.messages / 4);
  const kills = quick ? 1 : 5;
  const port = await freePort();
  const stack = await openStack(setup, { webhook: `http://127.0.0.1:${port}/webhooks/ses` });
  const { outbox, ses } = stack;
  const env = {
    ...stack.env,
    PORT: String(port),
    APP_URL: `http://127.0.0.1:${port}`,
    AUTH_SECRET: UNUSED,
    UNSUBSCRIBE_KEY: `${UNUSED} either`,
    EMAIL_KEY: KEYS[0].secret,
    OPT_OUT_KEY: `${UNUSED} neither`,
    EMAIL_FROM: "Example <hello@example.com>",
    EMAIL_RATE: "100000",
    SES_CONFIGURATION_SET: "app",
    SES_SECURITY_CONFIGURATION_SET: "app-security",
    SES_EVENTS_TOPIC_ARN: "arn:aws:sns:us-east-1:000000000000:ses-events",
    SES_EVENTS_QUEUE_URL: ses.queueUrl,
    AWS_ENDPOINT_URL_SQS: new URL(ses.queueUrl).origin,
  };
  const web = startApp(setup, "web", env);
  await ses.subscribed();
  await ses.behave({ events: { duplicate: 0.1, reorder: 0.2, beforeResponse: 0.02 } });
  await outbox.fill(messages, (i) =>
    i % BOUNCES === 0 ? `bounce+${i}@simulator.amazonses.com` : `person${i}@example.com`,
  );
  const worker = startApp(setup, "worker", env);
  const stored = async () =>
    (await outbox.look<"stored">("SELECT count(*) AS stored FROM events")).stored;
  for (let kill = 1; kill <= kills; kill++) {
    const share = (messages * 2 * kill) / (kills + 1);
    await until("events", async () => (await stored()) >= share * (0.8 + random() * 0.2));
    await web.restart();
    say(`web killed ${kill} of ${kills} times, after ${await stored()} events`);
  }
  await outbox.drained();
  const copies = async () =>
    Object.values(await ses.tally()).reduce((sum, each) => sum + each.copies, 0);
  const published = 2 * (await copies());
  await until("every event", async () => (await stored()) >= published, 120).catch(() => undefined);

  const found = await audit(stack);
  const told = await outbox.look<"stored" | "distinct" | "unattached" | "bounced" | "suppressed">(
    `SELECT count(*) AS stored,
       count(DISTINCT (ses_message_id, type, recipient)) AS distinct,
       count(*) FILTER (WHERE message_id IS NULL) AS unattached,
       (SELECT count(*) FROM messages WHERE outcome = 'bounced') AS bounced,
       (SELECT count(*) FROM suppressions) AS suppressed
     FROM events`,
  );
  const bounces = Math.ceil(messages / BOUNCES);
  return {
    figures: {
      ...found,
      kills,
      events: published,
      stored: told.stored,
      appliedTwice: told.stored - told.distinct,
      webMemoryMB: web.memory(),
      workerMemoryMB: worker.memory(),
    },
    bars: {
      ...always(found),
      "no event lost": told.distinct === published,
      "no event applied twice": told.stored === told.distinct,
      "every event found its email": told.unattached === 0,
      "every bounce suppresses": told.suppressed === bounces && told.bounced === bounces,
    },
  };
}
