import { readCommandLine } from "@repo/measure/command-line";
import { deliver, deliverRendered } from "./deliver.ts";
import { enqueueMany } from "./enqueue-many.ts";
import { enqueue } from "./enqueue.ts";
import { events } from "./events.ts";
import { fair } from "./fair.ts";
import { far } from "./far.ts";
import { hanging } from "./hanging.ts";
import { latency } from "./latency.ts";
import { ops } from "./ops.ts";
import { oracle } from "./oracle.ts";
import { peers } from "./peers.ts";
import { rate } from "./rate.ts";
import { render } from "./render.ts";
import { describeMachine, load } from "./report/machine.ts";
import { record } from "./report/record.ts";
import type { Outcome } from "./result.ts";
import { FULL, QUICK, type Setup, setUp } from "./setup.ts";
import { signup } from "./signup.ts";
import { tail } from "./tail.ts";
import { workers } from "./workers.ts";

const benches: Record<string, (setup: Setup) => Promise<Outcome>> = {
  deliver,
  "deliver-rendered": deliverRendered,
  far,
  workers,
  hanging,
  peers,
  enqueue,
  "enqueue-many": enqueueMany,
  latency,
  render,
  rate,
  fair,
  tail,
  events,
  signup,
  oracle,
  ops,
};

// In minutes, for all benchmarks. `oracle` alone may take 14.
const BUDGET = 100;

const { values, names } = readCommandLine("benchmark", Object.keys(benches), {
  // Tiny sizes. Shows that everything runs, but not how fast.
  quick: { type: "boolean", default: false },
  // Writes docs/performance.md and its chart.
  write: { type: "boolean", default: false },
});
if (values.quick && values.write) {
  console.error("--quick measures too little to write: leave out --quick or --write.");
  process.exit(2);
}

const setup = await setUp(values.quick ? QUICK : FULL);
let ending: Promise<void> | undefined;
const end = () => (ending ??= setup.end());
const giveUp = (reason: string) => {
  console.error(reason);
  void end().finally(() => process.exit(1));
};
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => giveUp(signal));
const budget = setTimeout(() => giveUp(`not done after ${BUDGET} minutes`), BUDGET * 60_000);

try {
  for (const name of names) {
    setup.say(name);
    const begun = { date: new Date().toISOString().slice(0, 10), load: load() };
    const start = performance.now();
    const outcome = await benches[name]?.(setup);
    if (!outcome) continue;
    for (const result of outcome.results) console.log(JSON.stringify(result));
    if (!values.write) continue;
    const seconds = Math.round((performance.now() - start) / 1000);
    const machine = describeMachine(setup.postgres.version);
    await record(name, { ...begun, seconds, machine, ...outcome });
  }
} finally {
  clearTimeout(budget);
  await end();
}
