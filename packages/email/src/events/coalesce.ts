import { EmailError } from "../error.ts";
import type { SesEvent } from "./event.ts";

// Calls in one statement, and statements at once. PostgreSQL plans a statement for 0.5 ms: one
// event each makes 800 a second, ten each 5,500. The second is no faster, and goes on while the
// first waits for a row that somebody has locked.
const MOST_CALLS = 100;
const MOST_STATEMENTS = 2;
// In ms. SNS waits 15 s for an answer, and takes none for a failure as well.
const PATIENCE = 10_000;

interface Call {
  events: SesEvent[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Applies the events of calls that wait at the same time in one statement. Each call returns
 * after the commit of its own events, and fails alone: when a statement of several calls fails,
 * each is tried by itself.
 *
 * @throws EmailError `EVENTS_NOT_STORED`, retryable, where the database does not answer
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
      // Those who wait for a database that says nothing have waited as long as these.
      if (isSilent(error)) for (const { reject } of waiting.splice(0)) reject(error);
    } finally {
      running--;
      next();
    }
  }

  function next(): void {
    while (running < MOST_STATEMENTS && waiting.length > 0) {
      const calls = waiting.slice(0, MOST_CALLS);
      waiting = waiting.slice(MOST_CALLS);
      void run(calls);
    }
  }

  return (events) =>
    new Promise((resolve, reject) => {
      waiting.push({ events, resolve, reject });
      next();
    });
}

/** Waits no longer; what the statement does afterwards, the next try finds done. */
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
