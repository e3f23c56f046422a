import { EmailError } from "../error.ts";
import { mayChangeSuppression } from "../suppression/effect.ts";
import type { SesEvent } from "./event.ts";

// Calls in one statement, and statements at once. One statement for many events is much faster
// than one for each. A second statement goes on while the first waits for a lock.
const MAX_CALLS = 100;
const MAX_STATEMENTS = 2;
// In ms. SNS waits 15 s for an answer. Without one, it sends the message again.
const PATIENCE = 10_000;

interface Call {
  events: SesEvent[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Creates a function that applies the events of several calls in one statement. A call returns
 * after its events have committed. If the statement fails, each call is tried by itself, so that
 * one bad event fails only its own call.
 *
 * @throws EmailError `EVENTS_NOT_STORED`, retryable, if the database does not answer
 */
export function createApplier(
  apply: (events: SesEvent[]) => Promise<unknown>,
): (events: SesEvent[]) => Promise<void> {
  let waiting: Call[] = [];
  let running = 0;

  async function run(calls: Call[]): Promise<void> {
    running++;
    try {
      await inTime(apply(calls.flatMap(({ events }) => events)));
      for (const { resolve } of calls) resolve();
    } catch (error) {
      if (calls.length === 1 || isSilent(error)) for (const { reject } of calls) reject(error);
      else {
        await Promise.all(
          calls.map(({ events, resolve, reject }) => inTime(apply(events)).then(resolve, reject)),
        );
      }
      // The database does not answer, so the calls that wait fail too.
      if (isSilent(error)) for (const { reject } of waiting.splice(0)) reject(error);
    } finally {
      running--;
      next();
    }
  }

  function next(): void {
    while (running < MAX_STATEMENTS && waiting[0]) {
      // Of one kind: what may change a suppression needs a transaction of several statements.
      const kind = isSlow(waiting[0]);
      const calls = waiting.filter((call) => isSlow(call) === kind).slice(0, MAX_CALLS);
      const taken = new Set(calls);
      waiting = waiting.filter((call) => !taken.has(call));
      void run(calls);
    }
  }

  return (events) =>
    new Promise((resolve, reject) => {
      waiting.push({ events, resolve, reject });
      next();
    });
}

const isSlow = ({ events }: Call) => events.some(mayChangeSuppression);

/** Limits the wait. If the statement commits later, the next try finds its events stored. */
async function inTime(applied: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(notAnswered()), PATIENCE);
  });
  try {
    await Promise.race([applied, late]);
  } finally {
    clearTimeout(timer);
  }
}

const isSilent = (error: unknown) =>
  error instanceof EmailError && error.code === "EVENTS_NOT_STORED";

function notAnswered(): EmailError {
  return new EmailError(
    "EVENTS_NOT_STORED",
    `The database did not answer in ${PATIENCE / 1000} s. Look at its load; SES's events are sent again.`,
    { retryable: true },
  );
}
