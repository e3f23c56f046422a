import { z } from "zod";
import { Refusal } from "../http.ts";

/** The faults that a SendEmail can meet. The README has the answer of each. */
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

const flag = z.boolean("must be true or false");
const text = z.string("must be a string");
const number = (requirement: string, holds: (value: number) => boolean) =>
  z.number(`must be ${requirement}`).refine(holds, `must be ${requirement}`);
const count = number(
  "a whole number of 0 or more",
  (value) => Number.isInteger(value) && value >= 0,
);
const share = number("from 0 to 1", (value) => value >= 0 && value <= 1);
const milliseconds = number(
  "milliseconds from 0 to 600000",
  (value) => value >= 0 && value <= 600_000,
);
const list = <Each extends z.ZodType>(each: Each) => z.array(each, "must be an array");
const oneOf = <const Value extends string>(values: readonly Value[]) =>
  z.enum(values, {
    error: ({ input }) =>
      input === undefined ? "is missing" : `must be one of ${values.join(", ")}`,
  });
const object = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === "unrecognized_keys" ? Object.keys(shape).join(", ") : "must be an object",
  });

/**
 * The default is an account outside the sandbox, with the rates of most new accounts. GetAccount
 * reports the rates; they are not enforced.
 */
const Behaviour = object({
  /** The seed of the random numbers that are compared with `share`. */
  seed: count.default(1),
  account: object({
    /** Recipients a second. */
    maxSendRate: number("a number above 0", (value) => value > 0).default(14),
    /** Recipients a day. -1: unlimited. */
    max24HourSend: number(
      "a whole number of 0 or more, or -1 for no limit",
      (value) => Number.isInteger(value) && value >= -1,
    ).default(50_000),
    sentLast24Hours: count.default(0),
    sendingEnabled: flag.default(true),
    /** False: the sandbox, which sends to verified recipients only. */
    productionAccess: flag.default(true),
  }).prefault({}),
  enforceRate: flag.default(false),
  enforceQuota: flag.default(false),
  /** In the sandbox: addresses and domains that may receive email, besides verified senders. */
  verifiedRecipients: list(text).default([]),
  /** The existing configuration sets. Default: every name exists. */
  configurationSets: list(text).optional(),
  /** Milliseconds before SendEmail's answer. */
  delay: milliseconds.default(0),
  /** A SendEmail meets at most one fault. Shares add up in this order; a share of 1 takes the rest. */
  faults: list(object({ fault: oneOf(FAULTS), share: share.default(1) })).default([]),
  /** Faults of the published events. The README explains each. */
  events: object({
    duplicate: share.default(0),
    reorder: share.default(0),
    delay: milliseconds.default(0),
    beforeResponse: share.default(0),
    drop: share.default(0),
    signatureVersion: oneOf(["1", "2"]).default("2"),
  }).prefault({}),
});

/** How SES behaves. */
export type Behaviour = z.output<typeof Behaviour>;

/** The body of `PUT /control`. A missing member has its default. */
export type BehaviourInput = z.input<typeof Behaviour>;

export const NORMAL: Behaviour = Behaviour.parse({});

/** @throws Refusal 400, which names everything that is wrong */
export function readBehaviour(body: unknown): Behaviour {
  const { data, error } = Behaviour.safeParse(body);
  if (data) return data;
  throw new Refusal(400, error.issues.map(sentence).join(" "));
}

function sentence(issue: z.core.$ZodIssue): string {
  const { path, message } = issue;
  if (issue.code !== "unrecognized_keys") return `${nameOf(path) || "The body"} ${message}.`;
  const unknown = issue.keys.map((key) => nameOf([...path, key]));
  return `Unknown: ${unknown.join(", ")}. Known: ${message}.`;
}

/** The path of a member: `faults[0].share`. */
function nameOf(path: PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}
