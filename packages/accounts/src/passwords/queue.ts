import { AccountError } from "../errors.ts";

export interface Limits {
  /** How many run at the same time. */
  atOnce: number;
  /** How many may wait; those that go first have as many places again. */
  waiting: number;
  /** How many places one client may hold, running or waiting. */
  perClient: number;
}

/** Who asks. */
export interface Place {
  /** What `perClient` counts by, such as an IP address. */
  client: string;
  /** For a trusted browser or a valid link: goes before all others, uncounted by `perClient`. */
  first?: boolean;
  /** Leaves the queue when it aborts. */
  signal?: AbortSignal;
}

export interface Load {
  running: number;
  waiting: number;
}

type Job = () => Promise<void>;

// Before the first job has been timed, in seconds.
const FIRST_GUESS = 0.1;

/** A bounded queue in memory, first come first served, for work that takes a thread. */
export function createQueue({ atOnce, waiting, perClient }: Limits) {
  // With NaN or none at once, every job would wait for ever.
  if (!(atOnce >= 1 && waiting >= 0 && perClient >= 1)) {
    throw new RangeError("atOnce and perClient are at least 1, waiting is at least 0");
  }
  // A Set keeps the order, and lets one out of its middle at once.
  const firsts = new Set<Job>();
  const others = new Set<Job>();
  const held = new Map<string, number>();
  let running = 0;
  let secondsEach = FIRST_GUESS;

  /**
   * Runs the work when it is its turn.
   *
   * @throws AccountError `BUSY` at once, when the queue is full or the client holds its share
   * @throws `signal.reason` as soon as the signal aborts. Work that waits is then never begun;
   *   work that runs keeps its place until it is over.
   */
  async function run<T>(work: () => Promise<T>, place: Place): Promise<T> {
    const { signal } = place;
    signal?.throwIfAborted();
    const queue = place.first ? firsts : others;
    const full = running >= atOnce && queue.size >= waiting;
    if (full || (!place.first && holds(place.client) >= perClient)) {
      throw new AccountError("BUSY", { retryAfter: secondsUntilFree(queue) });
    }
    hold(place, 1);

    return new Promise<T>((resolve, reject) => {
      const job: Job = async () => {
        running++;
        const since = performance.now();
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        } finally {
          signal?.removeEventListener("abort", leave);
          // A moving average, over about the last eight.
          secondsEach += ((performance.now() - since) / 1000 - secondsEach) / 8;
          running--;
          hold(place, -1);
          runNext();
        }
      };
      function leave() {
        // One that runs is no longer in the queue, and gives its place back when it is over.
        if (queue.delete(job)) hold(place, -1);
        reject(signal?.reason);
      }
      signal?.addEventListener("abort", leave, { once: true });
      queue.add(job);
      runNext();
    });
  }

  // Called whenever a job has come or a place is free, so there is one to begin at most.
  function runNext(): void {
    const queue = firsts.size > 0 ? firsts : others;
    const [job] = queue;
    if (!job || running >= atOnce) return;
    queue.delete(job);
    void job();
  }

  function holds(client: string): number {
    return held.get(client) ?? 0;
  }

  function hold({ client, first }: Place, change: 1 | -1): void {
    if (first) return;
    const count = holds(client) + change;
    if (count > 0) held.set(client, count);
    // Or the map would grow with every client there ever was.
    else held.delete(client);
  }

  function secondsUntilFree(queue: Set<Job>): number {
    const ahead = running + firsts.size + (queue === others ? others.size : 0);
    return Math.max(1, Math.ceil((ahead * secondsEach) / atOnce));
  }

  return {
    run,
    /** For logs and health. */
    load: (): Load => ({ running, waiting: firsts.size + others.size }),
  };
}
