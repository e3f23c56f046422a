import { readCommandLine } from "@repo/measure/command-line";
import type { Campaign } from "./campaign.ts";
import { caller } from "./campaigns/caller.ts";
import { deployment } from "./campaigns/deployment.ts";
import { database } from "./campaigns/database.ts";
import { events } from "./campaigns/events.ts";
import { flood } from "./campaigns/flood.ts";
import { interleavings } from "./campaigns/interleavings.ts";
import { eventsPartial, eventsStop, killWorkerEvents } from "./campaigns/kill-worker-events.ts";
import { killWorker } from "./campaigns/kill-worker.ts";
import { lostAnswer, lostAnswerEvents } from "./campaigns/lost-answer.ts";
import { misconfigured } from "./campaigns/misconfigured.ts";
import { outage } from "./campaigns/outage.ts";
import { poison } from "./campaigns/poison.ts";
import { render } from "./campaigns/render.ts";
import { retry } from "./campaigns/retry.ts";
import { rotate } from "./campaigns/rotate.ts";
import { smtp } from "./campaigns/smtp.ts";
import { stop } from "./campaigns/stop.ts";
import { throttle } from "./campaigns/throttle.ts";
import { unsubscribe } from "./campaigns/unsubscribe.ts";
import { endAll, run } from "./run.ts";

const campaigns = new Map<string, Campaign>([
  ["kill-worker", killWorker],
  ["lost-answer", lostAnswer],
  ["lost-answer-events", lostAnswerEvents],
  ["kill-worker-events", killWorkerEvents],
  ["events-stop", eventsStop],
  ["events-partial", eventsPartial],
  ["poison", poison],
  ["events", events],
  ["stop", stop],
  ["deployment", deployment],
  ["database", database],
  ["throttle", throttle],
  ["outage", outage],
  ["smtp", smtp],
  ["misconfigured", misconfigured],
  ["caller", caller],
  ["interleavings", interleavings],
  ["render", render],
  ["flood", flood],
  ["retry", retry],
  ["unsubscribe", unsubscribe],
  ["rotate", rotate],
]);

const { values, names } = readCommandLine("campaign", [...campaigns.keys()], {
  /** How many emails a campaign queues. */
  messages: { type: "string" },
  /** Repeats a campaign's random choices. Default: a new one. */
  seed: { type: "string" },
  /** Shows in a minute or less that a campaign runs. */
  quick: { type: "boolean", default: false },
});

let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    interrupted = true;
    void endAll().finally(() => process.exit(1));
  });
}

for (const [name, campaign] of campaigns) {
  if (!names.includes(name)) continue;
  const line = await run(name, campaign, {
    seed: Number(values.seed ?? Math.floor(Math.random() * 1_000_000)),
    messages: Number(values.messages ?? (values.quick ? 400 : 20_000)),
    quick: values.quick,
  });
  if (interrupted) break;
  if (!line.met) process.exitCode = 1;
  console.log(JSON.stringify(line));
}
