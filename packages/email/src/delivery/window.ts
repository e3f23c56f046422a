/** What a worker has claimed and not settled yet. */
export interface Window<Item> {
  /**
   * Resolves once there is room for another claim, or the window is closed.
   *
   * @returns how many messages and bytes may be claimed now
   */
  room(): Promise<Room>;
  /** Takes what was claimed: calls begin at once, as far as there is a place. */
  add(items: Item[]): void;
  /** Begins no more calls: what waits for one is skipped. Idempotent. */
  close(): void;
  /** Resolves once all that was claimed is settled. */
  drained(): Promise<void>;
}

export interface Room {
  messages: number;
  bytes: number;
}

export interface WindowConfig<Item, Result> {
  /** Calls at once, at the most. */
  concurrency: number;
  /** Calls that are late, at the most, whose places others may take. Default: 0. */
  spare?: number;
  bytesOf(this: void, item: Item): number;
  /** Makes the call. Must not reject. */
  call(this: void, item: Item): Promise<Result>;
  /** What becomes of an item whose call is not made. */
  skip(this: void, item: Item): Result;
  /** Records what has ended: one at a time, each with all that has gathered. Must not reject. */
  settle(this: void, ended: { item: Item; result: Result }[]): Promise<void>;
}

// Times the calls at once: what a worker holds, and a crash leaves in doubt. The half above them is
// for calls that have ended and messages that wait for a place: it hides the way to PostgreSQL.
const HELD = 1.5;
// A claim or a settlement is worth its way for an eighth of the calls at once; a settlement also
// after this time in ms.
const WORTH = 1 / 8;
const GATHER_MS = 20;
// Calls at first, and those that each settled one makes room for: 4, 20, 50. With one at first a
// slow first call would hold back a worker that has just started, and a hanging one for 11 s.
const OPENING = 4;
// In ms. A call that takes longer is late: it gives its place away while there are spare ones, so
// that one that hangs until its time limit holds back nothing but itself.
const LATE_MS = 2_000;
// Bytes of payloads that a worker holds. One larger message goes alone.
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Keeps the wire full: each call that ends makes place for the next one, so that a slow call holds
 * back nothing but its own place. Claims and settlements gather what they can.
 *
 * It begins with four calls and opens with those that are settled: a worker that dies of what it
 * renders or sends leaves little in doubt, however often it is started anew.
 */
export function createWindow<Item, Result>({
  concurrency,
  spare = 0,
  bytesOf,
  call,
  skip,
  settle,
}: WindowConfig<Item, Result>): Window<Item> {
  const waiting: Item[] = [];
  const ended: { item: Item; result: Result }[] = [];
  let onWire = 0;
  let late = 0;
  let isSettling = false;
  let isClosed = false;
  /** Claimed and not settled, and the size of it. */
  let held = 0;
  let bytes = 0;
  /** Since the start. */
  let settled = 0;
  let timer: NodeJS.Timeout | undefined;
  const changed: (() => void)[] = [];

  const width = () => Math.min(concurrency, OPENING * (1 + settled));
  const worth = () => Math.ceil(width() * WORTH);

  function begin(): void {
    while (onWire - Math.min(late, spare) < width()) {
      const item = waiting.shift();
      if (item === undefined) return;
      onWire++;
      const isLate = watch();
      void call(item).then((result) => {
        onWire--;
        if (isLate()) late--;
        end(item, result);
        begin();
      });
    }
  }

  /** Of a call that begins. @returns whether it is late; asked once, when it ends */
  function watch(): () => boolean {
    let isLate = false;
    const watched = setTimeout(() => {
      isLate = true;
      late++;
      begin();
    }, LATE_MS);
    return () => (clearTimeout(watched), isLate);
  }

  function end(item: Item, result: Result): void {
    ended.push({ item, result });
    settleSoon();
  }

  function settleSoon(): void {
    if (isSettling || ended.length === 0) return;
    if (ended.length >= worth() || ended.length === held) settleEnded();
    else timer ??= setTimeout(settleEnded, GATHER_MS);
  }

  function settleEnded(): void {
    clearTimeout(timer);
    timer = undefined;
    const batch = ended.splice(0);
    isSettling = true;
    void settle(batch).then(() => {
      isSettling = false;
      settled += batch.length;
      held -= batch.length;
      for (const { item } of batch) bytes -= bytesOf(item);
      begin();
      settleSoon();
      wake();
    });
  }

  const change = () => new Promise<void>((resolve) => changed.push(resolve));
  const wake = () => {
    for (const resolve of changed.splice(0)) resolve();
  };

  return {
    async room() {
      for (;;) {
        const messages = Math.floor(width() * HELD) - held;
        const isWorth = messages >= worth() && bytes < MAX_BYTES;
        if (isWorth || isClosed) return { messages, bytes: MAX_BYTES - bytes };
        await change();
      }
    },
    add(items) {
      held += items.length;
      for (const item of items) bytes += bytesOf(item);
      waiting.push(...items);
      if (isClosed) skipAll();
      else begin();
    },
    close() {
      isClosed = true;
      skipAll();
      wake();
    },
    async drained() {
      const isEmpty = () => held === 0;
      while (!isEmpty()) await change();
    },
  };

  function skipAll(): void {
    for (const item of waiting.splice(0)) end(item, skip(item));
  }
}
