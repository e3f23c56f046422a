import type { Caller, Context } from "../context.ts";
import type { Place } from "./queue.ts";

/**
 * A place in the queue before all others, for somebody who has proved something about an address:
 * by a session, a link or a trusted browser. Beyond the limit it is a place like any other.
 * Otherwise one person with one account could keep the queue for themselves.
 *
 * @param addressKey of the account, or of the link
 */
export async function takePlace(
  { limits }: Pick<Context, "limits">,
  caller: Caller,
  addressKey: string,
): Promise<Place> {
  const taken = await limits.take(limits.address("firstPlace", addressKey));
  return { ...placeOf(caller), first: taken.granted("firstPlace") };
}

/** A place like any other. */
export function placeOf({ ip, signal }: Caller): Place {
  return { client: ip, signal };
}
