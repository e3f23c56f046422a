/** @typedef {import("../control/behaviour.ts").Behaviour} Behaviour */

/** The faults of a SendEmail, and whether the message is accepted nevertheless. */
export const FAULTS = /** @type {const} */ ([
  ["throttle", "Throttled", "429"],
  ["quota", "Over the quota", "429"],
  ["unavailable", "Unavailable", "503"],
  ["paused", "Sending paused", "400"],
  ["suspended", "Account suspended", "400"],
  ["access-denied", "Access denied", "403"],
  ["unverified-from", "From not verified", "400"],
  ["bad-request", "Bad request", "400"],
  ["reset-before-accept", "Connection lost before", "not sent"],
  ["lost-answer", "Connection lost after", "sent"],
  ["error-after-accept", "Error after it was taken", "500"],
]);

export const EVENT_FAULTS = /** @type {const} */ ([
  ["duplicate", "Twice", "the same event again"],
  ["reorder", "Out of order", "late by one"],
  ["beforeResponse", "Too early", "before the answer"],
  ["drop", "Dropped", "never handed on"],
]);

/**
 * One phrase for each difference from the normal behaviour.
 *
 * @param {Behaviour} behaviour
 */
export function describe({ faults, events, delay, account, enforceRate, enforceQuota }) {
  const part = (/** @type {number} */ share, /** @type {string} */ what) =>
    share > 0 && `${percent(share)}% ${what}`;
  return [
    ...FAULTS.map(([name, label]) => part(shareOf(faults, name), lower(label))),
    delay > 0 && `answers ${delay} ms late`,
    ...EVENT_FAULTS.map(([name, label]) => part(events[name], `of events ${lower(label)}`)),
    events.delay > 0 && `events ${events.delay} ms late`,
    events.signatureVersion === "1" && "signature version 1",
    !account.sendingEnabled && "sending paused",
    !account.productionAccess && "in the sandbox",
    enforceRate && "rate enforced",
    enforceQuota && "quota enforced",
  ].filter((phrase) => phrase !== false);
}

/**
 * A fault may be in the list several times. Its shares add up.
 *
 * @param {Behaviour["faults"]} faults @param {string} name
 */
export function shareOf(faults, name) {
  return faults.filter(({ fault }) => fault === name).reduce((sum, { share }) => sum + share, 0);
}

/** A percentage, rounded. @param {number} share */
export const percent = (share) => Math.round(share * 1e6) / 1e4;

/** @param {string} label */
const lower = (label) => label.slice(0, 1).toLowerCase() + label.slice(1);
