import { AccountError } from "../errors.ts";

export interface QueueLimits {
  /** How many run at the same time. */
  atOnce: number;
  /** How many may wait. As many privileged ones may wait in addition. */
  waiting: number;
  /** How many places one client may hold, running or waiting. */
  perClient: number;
}

/** Who wants to run a job. */
export interface Place {
  /** The client that `perClient` counts, such as an IP address. */
  client: string;
  /**
   * Privileged, for a session, a trusted browser or a valid link: runs before all others, and
   * `perClient` does not count it.
   */
  first?: boolean;
  /** When it aborts, the job leaves the queue. */
  signal?: AbortSignal;
}

export interface Load {
  running: number;
  waiting: number;
}

type Job = () => Promise<void>;

// In seconds: the assumed time of a job, until the first one has been timed.
const FIRST_GUESS = 0.1;

/** A bounded queue in memory for jobs that take a thread: first come, first served. */
export function createQueue({ atOnce, waiting, perClient }: QueueLimits) {
  // With NaN or 0, every job would wait forever.
  if (!(atOnce >= 1 && waiting >= 0 && perClient >= 1)) {
    throw new RangeError("atOnce and perClient are at least 1, waiting is at least 0");
  }
  // A Set keeps the order, and can remove a job from its middle quickly.
  const firsts = new Set<Job>();
  const others = new Set<Job>();
  const held = new Map<string, number>();
  let running = 0;
  let secondsEach = FIRST_GUESS;

  /**
   * Runs the work when its turn comes.
   *
   * @throws AccountError `BUSY` at once, when the queue is full or the client holds its share
   * @throws `signal.reason` as soon as the signal aborts. Waiting work then never starts. Running
   *   work keeps its place until it ends.
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
          // A moving average of about the last eight jobs.
          secondsEach += ((performance.now() - since) / 1000 - secondsEach) / 8;
          running--;
          hold(place, -1);
          runNext();
        }
      };
      function leave() {
        // A running job has left the queue already, and frees its place when it ends.
        if (queue.delete(job)) hold(place, -1);
        reject(signal?.reason);
      }
      signal?.addEventListener("abort", leave, { once: true });
      queue.add(job);
      runNext();
    });
  }

  // Called whenever a job arrives or a place is free, so at most one job can start.
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
    // Otherwise the map would keep every client forever.
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
