import { setTimeout as sleep } from "node:timers/promises";
import type { SesBehaviour } from "@repo/ses-local/client";
import type { Program } from "@repo/measure/program";
import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { type Stack, openStack } from "../stack.ts";
import { until } from "../until.ts";
import type { Worker } from "../worker.ts";

const CONFIGURATION_SET = "transactional";

/** Faults that stop the queue until a person repairs them, with their names in `sending_status`. */
const STOPS: { name: string; behaviour: SesBehaviour; stoppedBy: string }[] = [
  { name: "paused", behaviour: { account: { sendingEnabled: false } }, stoppedBy: "paused" },
  {
    name: "unknown configuration set",
    behaviour: { configurationSets: ["another"] },
    stoppedBy: "misconfigured",
  },
  {
    name: "access denied",
    behaviour: { faults: [{ fault: "access-denied" }] },
    stoppedBy: "misconfigured",
  },
];

/**
 * The account or its settings are wrong for a while. Everything waits, and one message says why.
 */
export async function misconfigured(setup: Setup): Promise<Findings> {
  const { messages, quick, say } = setup;
  const stack = await openStack(setup);
  const { outbox } = stack;
  const share = Math.floor(messages / (STOPS.length + 1));
  const options = {
    configurationSet: CONFIGURATION_SET,
    doubtSeconds: { resend: 5, hold: 5 },
  };
  const workers = await Promise.all([stack.startWorker(options), stack.startWorker(options)]);

  const bars: Record<string, boolean> = {};
  const kept: Record<string, number> = {};
  for (const { name, behaviour, stoppedBy } of STOPS) {
    const told = await stopsSaid(workers);
    const half = Math.floor(share / 2);
    await outbox.fill(half);
    await outbox.closes(Math.floor(half / 4));
    await stack.ses.behave(behaviour);
    await outbox.fill(share - half);
    await until(`sending to stop: ${name}`, () => isStopped(stack, stoppedBy), 60);
    // Wait for the calls that were under way.
    await until("the last calls", async () => (await sending(stack)) <= 1, 60);
    const closed = await outbox.closed();
    await sleep(quick ? 2_000 : 15_000);
    const now = await outbox.closed();
    kept[name] = outbox.queued.size - now;
    const stops = await stopsSaid(workers);
    const said = stops.flatMap((each, worker) => each.slice(told[worker]?.length));
    bars[`${name}: nothing is sent or closed`] = now === closed;
    bars[`${name}: one clear message`] =
      said.length === 1 && said[0]?.stoppedBy === stoppedBy && said[0].next !== undefined;
    say(`${name}: ${kept[name]} emails wait; repaired`);
    await stack.ses.behave();
    await outbox.drained();
  }
  Object.assign(bars, await sandbox(setup, stack, share));

  const found = await audit(stack);
  return {
    figures: { ...found, kept },
    bars: {
      ...always(found),
      ...bars,
      "0 duplicates, 0 held": found.duplicates + found.held === 0,
      "all sent after the repair": found.sent === found.queued,
    },
  };
}

/** Half of the emails go to addresses that the sandbox does not know. */
async function sandbox(
  { say }: Setup,
  { outbox, ses }: Stack,
  share: number,
): Promise<Record<string, boolean>> {
  await ses.behave({ account: { productionAccess: false } });
  await outbox.fill(share, (i) => `person${i}@example.${i % 2 === 0 ? "com" : "org"}`);
  const waiting = () =>
    outbox.look<"verified" | "others" | "closed">(
      `SELECT count(*) FILTER (WHERE state <> 'closed' AND to_key LIKE '%@example.com') AS verified,
         count(*) FILTER (WHERE state <> 'closed' AND to_key LIKE '%@example.org') AS others
       FROM messages`,
    );
  await until("the emails to verified recipients", async () => (await waiting()).verified === 0);
  const { others } = await waiting();
  say(`sandbox: ${others} emails to unverified recipients wait; repaired`);
  await ses.behave();
  await outbox.drained();
  return { "sandbox: those to unverified recipients wait": others === Math.floor(share / 2) };
}

async function isStopped({ outbox }: Stack, by: string): Promise<boolean> {
  const { stopped } = await outbox.look<"stopped">(
    "SELECT count(*) AS stopped FROM sending_status WHERE stopped_by = $1",
    [by],
  );
  return stopped === 1;
}

async function sending({ outbox }: Stack): Promise<number> {
  const { count } = await outbox.look<"count">(
    "SELECT count(*) AS count FROM messages WHERE state = 'sending'",
  );
  return count;
}

/** The stops that each worker has logged. */
async function stopsSaid(workers: Program<Worker>[]) {
  const said = await Promise.all(workers.map((worker) => worker.call("errors")));
  return said.map((each) => each.filter(({ message }) => message.startsWith("sending stopped")));
}
