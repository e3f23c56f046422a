import { z } from "zod";

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

/** An account out of the sandbox with the rates AWS gives most new ones, told and not enforced. */
const Behaviour = object({
  /** Of the draws that `share` asks for. */
  seed: count.default(1),
  account: object({
    /** Recipients a second. */
    maxSendRate: number("a number above 0", (value) => value > 0).default(14),
    /** Recipients a day; -1 is unlimited. */
    max24HourSend: number(
      "a whole number of 0 or more, or -1 for no limit",
      (value) => Number.isInteger(value) && value >= -1,
    ).default(50_000),
    sentLast24Hours: count.default(0),
    sendingEnabled: flag.default(true),
    /** False is the sandbox: verified recipients only. */
    productionAccess: flag.default(true),
  }).prefault({}),
  enforceRate: flag.default(false),
  enforceQuota: flag.default(false),
  /** Addresses and domains that the sandbox sends to, besides the verified senders. */
  verifiedRecipients: list(text).default([]),
  /** Without a list, every name exists. */
  configurationSets: list(text).optional(),
  /** Milliseconds before SendEmail's answer. */
  delay: milliseconds.default(0),
  /** A SendEmail meets one at most. Shares add up, in this order; 1 is all that is left. */
  faults: list(object({ fault: oneOf(FAULTS), share: share.default(1) })).default([]),
  /** What befalls the events that are published; see the README. */
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

/** The same as `PUT /control` takes it: what is not given is as usual. */
export type BehaviourInput = z.input<typeof Behaviour>;

export const NORMAL: Behaviour = Behaviour.parse({});

/** @throws ControlError that names all that is wrong */
export function readBehaviour(body: unknown): Behaviour {
  const { data, error } = Behaviour.safeParse(body);
  if (data) return data;
  throw new ControlError(error.issues.map(sentence).join(" "));
}

function sentence(issue: z.core.$ZodIssue): string {
  const { path, message } = issue;
  if (issue.code !== "unrecognized_keys") return `${nameOf(path) || "The body"} ${message}.`;
  const unknown = issue.keys.map((key) => nameOf([...path, key]));
  return `Unknown: ${unknown.join(", ")}. Known: ${message}.`;
}

/** The member, as a person would name it: `faults[0].share`. */
function nameOf(path: PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

/** A behaviour that there is not. */
export class ControlError extends Error {}
