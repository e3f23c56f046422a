import { LINK_MINUTES } from "../lifetimes.ts";

/**
 * A bucket for each of those that it is kept for. A use takes one point out of it; the points
 * come back one by one, evenly.
 */
interface Limit {
  /** What has a bucket of its own. */
  per: "mailbox" | "client" | "network" | "address" | "browser" | "everybody";
  /** What a point stands for. Posts always count; the others only where they happen. */
  counts: "posts" | "emails" | "log-ins";
  /** Points of a full bucket; of a limit that follows from SES's quota, what makes them of it. */
  amount: number | ((quotaPerDay: number | null) => number);
  /** In which an empty bucket is full again. */
  minutes: number;
  /**
   * What happens beyond: the request ends with this HTTP status and a Retry-After, or it goes
   * on without an email, or without trust in the browser.
   */
  beyond: 429 | 503 | "no email" | "no trust";
}

// An office behind one address.
const CLIENT_POSTS = 60;

/** Every limit. One setting raises all amounts for a load test: `scale` of `createLimits`. */
export const LIMITS = {
  // Email that a stranger can cause by signing up with somebody else's mailbox: the link, "you
  // have an account already", and either once more. Beyond, the answer is the same.
  signUpMail: {
    per: "mailbox",
    counts: "emails",
    amount: 3,
    minutes: 3 * pace(LINK_MINUTES.verify_email),
    beyond: "no email",
  },
  // The same for links to a new password. Only accounts get them, so they go by address. By
  // mailbox, a stranger who asks for owner+1@ and owner+2@ would use up the owner's.
  recoveryMail: {
    per: "address",
    counts: "emails",
    amount: 3,
    minutes: 3 * pace(LINK_MINUTES.reset_password),
    beyond: "no email",
  },
  // Posts to any form that sends email or hashes a password.
  client: { per: "client", counts: "posts", amount: CLIENT_POSTS, minutes: 15, beyond: 429 },
  // The same for a whole IPv6 site, which has 65,536 client buckets of its own.
  clientNetwork: {
    per: "network",
    counts: "posts",
    amount: 10 * CLIENT_POSTS,
    minutes: 15,
    beyond: 429,
  },
  // Wrong passwords by browsers that are not trusted, for addresses without an account too.
  wrongPassword: { per: "address", counts: "log-ins", amount: 10, minutes: 15, beyond: 429 },
  // Log-ins of a trusted browser to its own account, right or wrong, so that strangers cannot
  // lock its owner out. Beyond, it is like any other browser.
  trustedBrowser: {
    per: "browser",
    counts: "log-ins",
    amount: 20,
    minutes: 15,
    beyond: "no trust",
  },
  // All email of `signUpMail` together, so that sign-ups cannot use up what SES sends in a day.
  // A quarter of the share at once; the other three come back in three times 8 hours.
  signUpMailOfADay: {
    per: "everybody",
    counts: "emails",
    amount: (quotaPerDay) => dailyShare(quotaPerDay) / 4,
    minutes: 8 * 60,
    beyond: 503,
  },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/** The limits that are kept for such. */
export type LimitPer<Per extends Limit["per"]> = {
  [Name in LimitName]: (typeof LIMITS)[Name]["per"] extends Per ? Name : never;
}[LimitName];

// Where SES's quota is unlimited, or not known yet.
const DEFAULT_SHARE = 50_000;

/**
 * How many emails of one day sign-ups may cause: half of what SES allows, so that the other
 * half stays for people who have an account.
 *
 * @param quotaPerDay emails that SES sends in 24 hours; null where it is not known. SES says
 *   unlimited by a negative one.
 */
export function dailyShare(quotaPerDay: number | null): number {
  return quotaPerDay === null || quotaPerDay < 0 ? DEFAULT_SHARE : quotaPerDay / 2;
}

/**
 * Minutes from one email to the next: half of the link's life, so that a new link comes
 * before the old one ends; no more often than hourly.
 */
function pace(linkMinutes: number): number {
  return Math.max(60, linkMinutes / 2);
}
