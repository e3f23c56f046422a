import { keysOf } from "@repo/email/keys";
import { KEYS } from "@repo/measure/messages";
import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { type Stack, openStack } from "../stack.ts";
import { until } from "../until.ts";
import { makeAccounts } from "./flood/people.ts";
import type { Target } from "./flood/target.ts";
import { openCallers } from "./rotate/callers.ts";
import { type Lists, startFleet } from "./rotate/fleet.ts";
import { VICTIM, openGuesses } from "./rotate/guesses.ts";
import { logInAll, startLoad } from "./rotate/load.ts";

const OLD: Record<keyof Lists, string> = {
  AUTH_SECRET: "the old secret of the campaign: 32 characters",
  EMAIL_KEY: KEYS[0].secret,
};
const NEW: Record<keyof Lists, string> = {
  AUTH_SECRET: "the new secret of the campaign: 32 characters",
  EMAIL_KEY: "the new key of the campaign with 32 characters",
};
const lists = (of: (setting: keyof Lists) => string[]): Lists => ({
  AUTH_SECRET: of("AUTH_SECRET"),
  EMAIL_KEY: of("EMAIL_KEY"),
});
const START = lists((name) => [OLD[name]]);
// As docs/runbook.md has it.
const STEPS: [string, Lists][] = [
  ["the new keys are last", lists((name) => [OLD[name], NEW[name]])],
  ["the new keys are first", lists((name) => [NEW[name], OLD[name]])],
  ["the old keys are gone", lists((name) => [NEW[name]])],
];

/**
 * Both keys are replaced in three deployments, while people use their sessions, sign up and reset
 * their passwords, callers repeat idempotency keys, and emails wait. Two webs and two workers
 * restart one after another.
 */
export async function rotate(setup: Setup): Promise<Findings> {
  const { quick, say } = setup;
  const waiting = quick ? 50 : 1_000;
  const stack = await openStack(setup, { keep: 20_000 });
  const fleet = await startFleet(setup, stack, START);
  const target: Target = { stack, site: fleet.site, restartWorker: () => Promise.resolve() };
  const people = await logInAll(target, quick ? 10 : 50);
  await makeAccounts(target, VICTIM);
  const callers = openCallers(stack);
  const guesses = openGuesses(fleet.site);
  const load = startLoad(setup, target, people);

  await callers.queue(START, waiting);
  await guesses.exhaust();
  for (const [what, keys] of STEPS) {
    // The processes restart one after another. Meanwhile some have these keys and some the next.
    await fleet.deploy(keys, async () => {
      await callers.queue(keys, 5);
      await callers.repeat(keys);
      await guesses.exhaust();
    });
    say(`${what}: ${JSON.stringify(load.counts)}`);
    await load.goesOn(quick ? 5 : 25);
    if (keys === STEPS[1]?.[1]) {
      await callers.letGo();
      await lastLife(stack);
      guesses.refill();
    }
  }
  await load.stop();
  await callers.letGo();
  await stack.outbox.drained();
  // Only the apps and the callers queue here, so every committed row was queued.
  const rows = await stack.outbox.rows<{ id: string }>("SELECT id FROM messages");
  for (const { id } of rows) stack.outbox.queued.add(id);
  const found = await audit(stack);
  const { unreadable } = await stack.outbox.look<"unreadable">(
    "SELECT count(*) AS unreadable FROM reset_requests WHERE result = 'unreadable'",
  );
  const { requests, broken } = fleet.site.counts;
  const { counts } = load;
  return {
    figures: {
      ...found,
      ...counts,
      restarts: fleet.restarts(),
      requests,
      broken,
      ...callers.counts,
      unreadableRequests: unreadable,
      guessesCompared: guesses.compared(),
    },
    bars: {
      ...always(found),
      "no session lost": counts.sessionsLost === 0 && counts.pages > 0,
      "every sign-up becomes an account": counts.signUpsLost === 0 && counts.signUps > 0,
      "every link sets a new password": counts.resetsLost === 0 && counts.resets > 0,
      "no email unreadable": counts.unreadable === 0 && unreadable === 0,
      "each idempotency key is known": callers.counts.keysLost === 0 && callers.counts.repeated > 0,
      "no more wrong passwords than without a rotation": guesses.compared() <= guesses.most(),
      "no answer of 500, nor any that did not come": broken === 0,
    },
  };
}

/**
 * The longest life of what the old keys have written passes: every session is used, every email is
 * sent, and the buckets of the limits fill.
 */
async function lastLife({ outbox }: Stack): Promise<void> {
  await outbox.rows("UPDATE sessions SET used_at = used_at - interval '2 hours'");
  await outbox.rows("UPDATE limits SET full_at = full_at - interval '15 minutes'");
  await until("nothing to be left under the old keys", async () => {
    const { left } = await outbox.look<"left">(
      `SELECT (SELECT count(*) FROM sessions JOIN users ON users.id = user_id
         WHERE encode(substring(token_hash FROM 1 FOR 4), 'hex') = $1 AND email LIKE 'person%')
       + (SELECT count(*) FROM messages
         WHERE encode(substring(payload FROM 2 FOR 4), 'hex') = $2) AS left`,
      [idOf(OLD.AUTH_SECRET), idOf(OLD.EMAIL_KEY)],
    );
    return left === 0;
  });
}

const idOf = (secret: string) => keysOf(secret)[0].id;
