/** The messages that a worker has in flight: claimed, and not settled yet. */
export interface Window<Item> {
  /**
   * Resolves once there is room for another claim, or the window is closed.
   *
   * @returns how many messages and bytes may be claimed now
   */
  room(): Promise<Room>;
  /** Adds claimed messages. Their calls begin soon, as far as `concurrency` allows. */
  add(items: Item[]): void;
  /** Begins no more calls: messages without a call are skipped. Idempotent. */
  close(): void;
  /** Resolves once nothing is in flight. */
  drained(): Promise<void>;
}

export interface Room {
  messages: number;
  bytes: number;
}

export interface WindowConfig<Item, Result> {
  /** The maximum number of calls at once. */
  concurrency: number;
  /** How many late calls may be replaced by others, at most. Default: 0. */
  spare?: number;
  bytesOf(this: void, item: Item): number;
  /** Makes the call. Must not reject. */
  call(this: void, item: Item): Promise<Result>;
  /** The result of an item whose call is not made. */
  skip(this: void, item: Item): Result;
  /** Records all calls that have ended since the last time. Never runs twice at once. Must not reject. */
  settle(this: void, ended: { item: Item; result: Result }[]): Promise<void>;
}

// The maximum in flight, as a multiple of the calls at once. A crash leaves this much in doubt. The
// additional half is for messages before and after their call: calls go on during claims and
// settlements.
const MAX_IN_FLIGHT = 1.5;
// In ms. After this time a settlement begins even if fewer calls than a batch have ended.
const GATHER_MS = 20;
// The calls at once of a new worker, and how many each settled call adds: 4, 20, 50. If it began
// with one, a first call that hangs would block a new worker for 11 s.
const START = 4;
// In ms. A call that takes longer is late. While there are spare places, another call then takes its
// place, so that a call that hangs delays no other.
const LATE_MS = 2_000;
// No message is claimed while the payloads in flight have this many bytes or more.
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Keeps as many calls running as `concurrency` allows. The next call begins when one ends, so that
 * a slow call delays no other. Claims and settlements take several messages each.
 *
 * It begins with four calls, and each settled call adds four. If a message kills its worker, few
 * messages are in doubt, however often the worker is restarted.
 */
export function createWindow<Item, Result>({
  concurrency,
  spare = 0,
  bytesOf,
  call,
  skip,
  settle,
}: WindowConfig<Item, Result>): Window<Item> {
  const pending: Item[] = [];
  const ended: { item: Item; result: Result }[] = [];
  let onWire = 0;
  let late = 0;
  let isSettling = false;
  let isClosed = false;
  /** Messages in flight, and the bytes of their payloads. */
  let inFlight = 0;
  let bytes = 0;
  /** Messages that were settled since the start. */
  let settled = 0;
  let timer: NodeJS.Timeout | undefined;
  const waiters: (() => void)[] = [];

  const width = () => Math.min(concurrency, START * (1 + settled));
  // Half of the places that the window has in addition to its running calls. A late call uses up one
  // of these places, so batches are smaller while calls are late.
  const batch = () => Math.max(1, Math.ceil((width() * (MAX_IN_FLIGHT - 1) - late) / 2));

  // At most one batch in a turn of the event loop. Fifty calls take up to 10 ms to begin. If all began
  // in one turn, the answers to claims and settlements would wait for them.
  const beginSoon = inNextTurn(() => {
    for (let begun = 0; onWire - Math.min(late, spare) < width(); begun++) {
      if (begun === batch()) return beginSoon();
      const item = pending.shift();
      if (item === undefined) return;
      begin(item);
    }
  });

  function begin(item: Item): void {
    onWire++;
    const endWatch = watch();
    void call(item).then((result) => {
      onWire--;
      if (endWatch()) late--;
      end(item, result);
      beginSoon();
    });
  }

  /**
   * Counts a call as late after LATE_MS.
   *
   * @returns a function to call at the end of the call. It says whether the call was late
   */
  function watch(): () => boolean {
    let isLate = false;
    const watched = setTimeout(() => {
      isLate = true;
      late++;
      beginSoon();
      wake();
    }, LATE_MS);
    return () => (clearTimeout(watched), isLate);
  }

  function end(item: Item, result: Result): void {
    ended.push({ item, result });
    settleSoon();
  }

  function settleSoon(): void {
    if (isSettling || ended.length === 0) return;
    if (ended.length >= batch() || ended.length === inFlight) settleAll();
    else timer ??= setTimeout(settleAll, GATHER_MS);
  }

  // In the next turn, so that it takes all calls that end in this one.
  const settleAll = inNextTurn(() => {
    clearTimeout(timer);
    timer = undefined;
    if (isSettling || ended.length === 0) return;
    const all = ended.splice(0);
    isSettling = true;
    void settle(all).then(() => {
      isSettling = false;
      settled += all.length;
      inFlight -= all.length;
      for (const { item } of all) bytes -= bytesOf(item);
      beginSoon();
      settleSoon();
      wake();
    });
  });

  const change = () => new Promise<void>((resolve) => waiters.push(resolve));
  const wake = () => {
    for (const resolve of waiters.splice(0)) resolve();
  };

  return {
    async room() {
      for (;;) {
        const messages = Math.floor(width() * MAX_IN_FLIGHT) - inFlight;
        const isEnough = messages >= batch() && bytes < MAX_BYTES;
        if (isEnough || isClosed) return { messages, bytes: MAX_BYTES - bytes };
        await change();
      }
    },
    add(items) {
      inFlight += items.length;
      for (const item of items) bytes += bytesOf(item);
      pending.push(...items);
      if (isClosed) skipAll();
      else beginSoon();
    },
    close() {
      isClosed = true;
      skipAll();
      wake();
    },
    async drained() {
      const isEmpty = () => inFlight === 0;
      while (!isEmpty()) await change();
    },
  };

  function skipAll(): void {
    for (const item of pending.splice(0)) end(item, skip(item));
  }
}

/**
 * @returns a function that asks for the work to be done in the next turn of the event loop, once
 *   however often it is asked for
 */
function inNextTurn(work: () => void): () => void {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    setImmediate(() => {
      isAsked = false;
      work();
    });
  };
}
