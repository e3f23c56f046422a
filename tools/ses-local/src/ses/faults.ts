import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../control/behaviour.ts";
import type { Account } from "./account.ts";
import {
  accessDenied,
  badRequest,
  notVerified,
  quotaExceeded,
  rateExceeded,
  SesError,
  sendingPaused,
} from "./error.ts";

/** The connection must end without an answer. The message names the fault. */
export class NoAnswer extends Error {}

/**
 * Adds faults and the delay to the answer of a message, from the API or SMTP.
 *
 * @param from the sender as it was given
 * @param take accepts the message
 * @throws SesError the answer
 * @throws NoAnswer if there must be no answer
 */
export async function withFaults<Answer>(
  account: Account,
  { from, region }: { from: string; region: string },
  take: () => Answer,
): Promise<Answer> {
  const fault = account.draw();
  try {
    const refusal = fault && refusalOf(fault, from, region);
    if (refusal) throw refusal;
    const answer = take();
    await account.beforeAnswer();
    if (fault === "lost-answer") throw new NoAnswer(fault);
    if (fault === "error-after-accept") {
      throw new SesError("InternalFailure", "The request failed for an unknown reason.", 500);
    }
    return answer;
  } finally {
    const { delay } = account.behaviour;
    if (delay > 0) await sleep(delay);
  }
}

/** The error of a fault. Undefined: the message is accepted despite the fault. */
function refusalOf(fault: Fault, from: string, region: string): Error | undefined {
  switch (fault) {
    case "reset-before-accept":
      return new NoAnswer(fault);
    case "throttle":
      return rateExceeded();
    case "quota":
      return quotaExceeded();
    case "unavailable":
      return new SesError("ServiceUnavailableException", "The service is unavailable.", 503);
    case "paused":
      return sendingPaused();
    case "suspended":
      return new SesError("AccountSuspendedException", "The account is suspended.");
    case "access-denied":
      return accessDenied();
    case "unverified-from":
      return notVerified([from], region);
    case "bad-request":
      return badRequest("The request is malformed.");
    case "lost-answer":
    case "error-after-accept":
      return undefined;
  }
}
