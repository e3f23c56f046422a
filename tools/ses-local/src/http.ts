import { type EventEmitter, once } from "node:events";
import type { Request, Response } from "express";

/** The longest time that a request may wait for a first result, in seconds. */
const MAX_WAIT = 120;

/** A refused request. The message is for people. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws Refusal 404 if there is no such thing */
export function existing<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing !== undefined) return thing;
  throw new Refusal(404, `There is no ${what} with this id. It may have been deleted.`);
}

/**
 * Returns what `find` finds. If that is nothing, it waits for the first result, for the seconds in
 * the query's `wait`.
 *
 * @param on the event of `source` after which there may be a result
 * @throws Refusal 400 if `wait` is not such a number
 */
export async function awaitFirst<Found>(
  req: Request,
  res: Response,
  { source, on, find }: { source: EventEmitter; on: string; find: () => Found[] },
): Promise<Found[]> {
  const wait = Number(req.query["wait"] ?? 0);
  if (!(wait >= 0 && wait <= MAX_WAIT)) {
    throw new Refusal(400, `wait must be seconds from 0 to ${MAX_WAIT}.`);
  }
  let found = find();
  if (wait === 0) return found;
  const gone = new AbortController();
  res.on("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(wait * 1000)]);
  while (found.length === 0 && !signal.aborted) {
    await once(source, on, { signal }).catch(() => undefined);
    found = find();
  }
  return found;
}
