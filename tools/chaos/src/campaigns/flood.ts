import { startDurablePostgres } from "@repo/measure/durable-postgres";
import { audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import type { Attack, Found } from "./flood/attack.ts";
import { bursts } from "./flood/bursts.ts";
import { cpu } from "./flood/cpu.ts";
import { enumeration } from "./flood/enumeration.ts";
import { guessing } from "./flood/guessing.ts";
import { leftovers } from "./flood/leftovers.ts";
import { mailbox } from "./flood/mailbox.ts";
import { posts } from "./flood/posts.ts";
import { signUps } from "./flood/sign-ups.ts";
import { starvation } from "./flood/starvation.ts";
import { takeover } from "./flood/takeover.ts";
import { type Target, openTarget, quiet } from "./flood/target.ts";

const ATTACKS: Record<string, Attack> = {
  takeover,
  enumeration,
  flood: mailbox,
  starvation,
  guessing,
  cpu,
  bursts,
  leftovers,
  posts,
  "sign-ups": signUps,
};

// The share of every size in a quick run.
const QUICK = 1 / 50;

/**
 * Strangers attack the accounts of the built apps, with the limits of production. Each client has
 * its own IP address.
 */
export async function flood(setup: Setup): Promise<Findings> {
  const postgres = await startDurablePostgres();
  setup.atEnd(() => postgres.stop());
  const target = await openTarget(setup, await postgres.createMigrated("app"));
  const opened: Counted[] = [];
  const found: [name: string, Found][] = [];
  for (const [i, [name, attack]] of Object.entries(ATTACKS).entries()) {
    const result = await within(setup, async (own) => {
      const targets: Target[] = [];
      const came = await attack({
        say: (step) => setup.say(`${name}: ${step}`),
        size: (full) => (setup.quick ? Math.ceil(full * QUICK) : full),
        target,
        async open(account) {
          const url = await postgres.createMigrated(`app_${i}`);
          const another = await openTarget(own, url, account);
          targets.push(another);
          return another;
        },
        stranger: (n) => `10.${i}.${n >> 8}.${n & 255}`,
        person: (n) => `172.16.${i}.${n}`,
      });
      opened.push(...(await Promise.all(targets.map(count))));
      return came;
    });
    setup.say(`${name}: ${JSON.stringify(result.after)}`);
    for (const [reason, times] of target.site.reasons) setup.say(`${name}: ${times} × ${reason}`);
    target.site.reasons.clear();
    found.push([name, result]);
  }

  await quiet(target);
  const all = sum([await count(target), ...opened]);
  const bars = found.flatMap(([name, result]) =>
    Object.entries(result.bars).map(([bar, met]) => [`${name}: ${bar}`, met] as const),
  );
  return {
    figures: {
      ...all,
      attacks: Object.fromEntries(
        found.map(([name, { before, after }]) => [name, { ...(before && { before }), after }]),
      ),
    },
    bars: {
      ...Object.fromEntries(bars),
      "0 lost, 0 failed, 0 that nobody queued, 0 sent although the log says that they were not":
        all.lost + all.failed + all.orphans + all.untrue === 0,
      "0 duplicates": all.duplicates === 0,
      "no answer of 500, nor any that did not come": all.broken === 0,
      "every 503 says when to try again": all.unsaid === 0,
    },
  };
}

/** The final counts. */
interface Counted {
  /** Emails that SES has accepted. */
  sent: number;
  lost: number;
  duplicates: number;
  failed: number;
  orphans: number;
  untrue: number;
  requests: number;
  /** Answers of 5xx other than 503, and requests without one. */
  broken: number;
  /** Answers of 503 without Retry-After. */
  unsaid: number;
}

async function count({ stack, site }: Target): Promise<Counted> {
  // Only the apps queue here, so every committed row was queued.
  const rows = await stack.outbox.rows<{ id: string }>("SELECT id FROM messages");
  for (const { id } of rows) stack.outbox.queued.add(id);
  const { sent, lost, duplicates, failed, orphans, untrue } = await audit(stack);
  const { requests, broken, unsaid } = site.counts;
  return { sent, lost, duplicates, failed, orphans, untrue, requests, broken, unsaid };
}

function sum(all: Counted[]): Counted {
  const total = (figure: keyof Counted) => all.reduce((whole, one) => whole + one[figure], 0);
  return {
    sent: total("sent"),
    lost: total("lost"),
    duplicates: total("duplicates"),
    failed: total("failed"),
    orphans: total("orphans"),
    untrue: total("untrue"),
    requests: total("requests"),
    broken: total("broken"),
    unsaid: total("unsaid"),
  };
}

/**
 * Runs a function with its own setup. What the function starts ends with it or with the campaign.
 */
async function within<T>(setup: Setup, run: (own: Setup) => Promise<T>): Promise<T> {
  const ends: (() => unknown)[] = [];
  const endAll = async () => {
    for (let end = ends.pop(); end; end = ends.pop()) await end();
  };
  setup.atEnd(endAll);
  try {
    return await run({ ...setup, atEnd: (end) => ends.push(end) });
  } finally {
    await endAll();
  }
}
