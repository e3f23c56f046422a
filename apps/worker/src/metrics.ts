import type { Db } from "@repo/db";
import type { Transport } from "@repo/email/deliver";
import { EVENT_TYPES, type Ingest } from "@repo/email/events";
import { type Rates, type Verdict, readRates, readVerdict } from "@repo/email/operations";
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

// In ms. The database is not read more often than this, even if Prometheus asks more often.
const MAX_AGE = 5_000;
// In seconds. A call ends within 10 s.
const CALL_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What `GET /metrics` of the worker answers. */
export interface Metrics {
  readonly contentType: string;
  /** In Prometheus's text form. */
  text(): Promise<string>;
  /** The transport, with its calls counted. */
  counted(transport: Transport): Transport;
  /** What takes SES's events, with the events counted. */
  countedEvents(ingest: Ingest): Ingest;
}

/** A figure of the whole system: a value for each label, or one value without a label. */
interface Figure {
  name: string;
  help: string;
  label?: string;
  values: (look: { verdict: Verdict; rates: Rates }) => [label: string, value: number][];
}

const FIGURES: Figure[] = [
  {
    name: "email_sending",
    help: "1 for the state that sending is in: sending, slowed or stopped. 0 for the others.",
    label: "state",
    values: ({ verdict }) =>
      ["sending", "slowed", "stopped"].map((state) => [state, Number(state === verdict.sending)]),
  },
  {
    name: "email_open",
    help: "Emails that are not closed, by state, up to 100,000 of each.",
    label: "state",
    values: ({ verdict: { open } }) => [
      ["queued", open.queued],
      ["sending", open.sending],
      ["in_doubt", open.inDoubt],
    ],
  },
  {
    name: "email_waiting",
    help: "Emails that are due or wait for their next try, by category, up to 10,000 of each priority.",
    label: "category",
    values: ({ verdict }) => verdict.waiting.map((each) => [each.category, each.messages]),
  },
  {
    name: "email_waiting_oldest_seconds",
    help: "How long the oldest email that is due or waits for its next try has waited, by category.",
    label: "category",
    values: ({ verdict }) => verdict.waiting.map((each) => [each.category, each.seconds]),
  },
  {
    name: "email_workers",
    help: "Workers that are alive.",
    values: ({ verdict }) => [["", verdict.workers.filter(({ isAlive }) => isAlive).length]],
  },
  {
    name: "email_rate_per_second",
    help: "Emails a second: what SES allows, and what is allowed now after SES has throttled or an operator has lowered it.",
    label: "which",
    values: ({ verdict: { status } }) => [
      ["now", status.rate],
      ["max", status.maxRate],
    ],
  },
  {
    name: "email_quota",
    help: "SES's 24-hour quota: emails sent, and allowed. Missing without a quota.",
    label: "which",
    values: ({ verdict: { status } }) =>
      status.quota
        ? [
            ["sent", status.quota.sent],
            ["max", status.quota.max],
          ]
        : [],
  },
  {
    name: "email_day",
    help: "Emails of this hour and the 23 hours before it, by outcome.",
    label: "outcome",
    values: ({ rates: { all } }) => [
      ["accepted", all.accepted],
      ["delivered", all.delivered],
      ["bounced", all.bounced],
      ["complained", all.complained],
    ],
  },
  {
    name: "email_last_event_timestamp_seconds",
    help: "When the last of SES's events arrived. Missing before the first one.",
    values: ({ verdict: { lastEvent } }) => (lastEvent ? [["", lastEvent.getTime() / 1000]] : []),
  },
];

/** Collects figures of this process, of its calls, and of the database that all workers share. */
export function createMetrics(db: Db): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const look = createLook(db);
  const up = new Gauge({
    name: "email_database_up",
    help: "1 if the database answered. Otherwise the other figures about email are missing.",
    registers: [],
    async collect() {
      this.set((await look()) ? 1 : 0);
    },
  });
  register.registerMetric(up);
  for (const { name, help, label, values } of FIGURES) {
    const gauge = new Gauge({
      name,
      help,
      labelNames: label ? [label] : [],
      registers: [],
      async collect() {
        this.reset();
        const found = await look();
        // prom-client sets a gauge without labels to 0.
        if (!found && !label) this.remove();
        for (const [of, value] of found ? values(found) : []) {
          this.set(label ? { [label]: of } : {}, value);
        }
      },
    });
    register.registerMetric(gauge);
  }
  const calls = new Histogram({
    name: "email_call_seconds",
    help: "Time of this worker's calls to SES, by result.",
    labelNames: ["result"],
    buckets: CALL_BUCKETS,
    registers: [register],
  });
  const events = new Counter({
    name: "email_events_total",
    help: "SES's events that this process has stored, or had stored before, by type.",
    labelNames: ["type"],
    registers: [register],
  });
  for (const type of EVENT_TYPES) events.inc({ type }, 0);
  return {
    contentType: register.contentType,
    text: () => register.metrics(),
    counted: (transport) => ({
      ...transport,
      async send(message, mayLeave) {
        const start = performance.now();
        const sent = await transport.send(message, mayLeave);
        calls.observe({ result: sent.result }, (performance.now() - start) / 1000);
        return sent;
      },
    }),
    countedEvents: (ingest) => async (body) => {
      const taken = await ingest(body);
      for (const type of taken.types) events.inc({ type });
      return taken;
    },
  };
}

/** @returns a function that reads the database, or returns what it has read in the last 5 s */
function createLook(db: Db): () => Promise<{ verdict: Verdict; rates: Rates } | undefined> {
  let at = -Infinity;
  let last: Promise<{ verdict: Verdict; rates: Rates } | undefined> | undefined;
  return () => {
    if (last && performance.now() - at < MAX_AGE) return last;
    at = performance.now();
    last = Promise.all([readVerdict(db), readRates(db, "24h")]).then(
      ([verdict, rates]) => ({ verdict, rates }),
      () => undefined,
    );
    return last;
  };
}
