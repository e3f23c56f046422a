import { type Check, flag, list, number, oneOf, shape, text } from "./checks.ts";

/** What can befall a SendEmail; see the README for what each answers. */
const FAULTS = [
  "lost-answer",
  "error-after-accept",
  "throttle",
  "quota",
  "unavailable",
  "paused",
  "suspended",
  "access-denied",
  "unverified-from",
  "bad-request",
  "reset-before-accept",
] as const;
export type Fault = (typeof FAULTS)[number];

/** How SES behaves, as `PUT /control` sets it. */
export interface Behaviour {
  /** Of the draws that `share` asks for. */
  seed: number;
  account: {
    /** Recipients a second. */
    maxSendRate: number;
    /** Recipients a day; -1 is unlimited. */
    max24HourSend: number;
    sentLast24Hours: number;
    sendingEnabled: boolean;
    /** False is the sandbox: verified recipients only. */
    productionAccess: boolean;
  };
  enforceRate: boolean;
  enforceQuota: boolean;
  /** Addresses and domains that the sandbox sends to, besides the verified senders. */
  verifiedRecipients: string[];
  /** Without a list, every name exists. */
  configurationSets?: string[];
  /** Milliseconds before SendEmail's answer. */
  delay: number;
  /** A SendEmail meets one at most. Shares add up, in this order; 1 is all that is left. */
  faults: { fault: Fault; share: number }[];
  /** What befalls the events that are published; see the README. */
  events: {
    duplicate: number;
    reorder: number;
    /** Milliseconds. */
    delay: number;
    beforeResponse: number;
    drop: number;
    signatureVersion: "1" | "2";
  };
}

/** An account out of the sandbox with the rates AWS gives most new ones, told and not enforced. */
export const NORMAL: Behaviour = {
  seed: 1,
  account: {
    maxSendRate: 14,
    max24HourSend: 50_000,
    sentLast24Hours: 0,
    sendingEnabled: true,
    productionAccess: true,
  },
  enforceRate: false,
  enforceQuota: false,
  verifiedRecipients: [],
  delay: 0,
  faults: [],
  events: {
    duplicate: 0,
    reorder: 0,
    delay: 0,
    beforeResponse: 0,
    drop: 0,
    signatureVersion: "2",
  },
};

const count = number(
  "a whole number of 0 or more",
  (value) => Number.isInteger(value) && value >= 0,
);

const share = number("from 0 to 1", (value) => value >= 0 && value <= 1);
const milliseconds = number(
  "milliseconds from 0 to 600000",
  (value) => value >= 0 && value <= 600_000,
);

const check: Check<Behaviour> = shape<Behaviour>(
  {
    seed: count,
    account: shape<Behaviour["account"]>(
      {
        maxSendRate: number("a number above 0", (value) => value > 0),
        max24HourSend: number(
          "a whole number of 0 or more, or -1 for no limit",
          (value) => Number.isInteger(value) && value >= -1,
        ),
        sentLast24Hours: count,
        sendingEnabled: flag,
        productionAccess: flag,
      },
      NORMAL.account,
    ),
    enforceRate: flag,
    enforceQuota: flag,
    verifiedRecipients: list(text),
    configurationSets: list(text),
    delay: milliseconds,
    faults: list(
      shape<Behaviour["faults"][number]>({ fault: oneOf(FAULTS), share }, { share: 1 }, ["fault"]),
    ),
    events: shape<Behaviour["events"]>(
      {
        duplicate: share,
        reorder: share,
        delay: milliseconds,
        beforeResponse: share,
        drop: share,
        signatureVersion: oneOf(["1", "2"] as const),
      },
      NORMAL.events,
    ),
  },
  NORMAL,
);

/** @throws ControlError that names all that is wrong */
export function readBehaviour(body: unknown): Behaviour {
  const problems: string[] = [];
  const behaviour = check(body, "", problems);
  if (problems.length > 0) throw new ControlError(problems.join(" "));
  return behaviour;
}

/** A behaviour that there is not. */
export class ControlError extends Error {}
