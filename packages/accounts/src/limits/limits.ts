import { LINK_MINUTES } from "../lifetimes.ts";

/**
 * Every mailbox, client and so on has its own bucket. A use takes one point from it. The points
 * come back one by one, evenly.
 */
interface Limit {
  /** Who has a bucket. */
  per: "mailbox" | "client" | "network" | "address" | "account" | "browser" | "everybody";
  /**
   * What a point stands for. A post counts even if its request is refused. An email or a log-in does
   * not, and an email counts only if all its limits grant it.
   */
  counts: "posts" | "emails" | "log-ins";
  /** Points of a full bucket, or a function that computes them from SES's quota. */
  amount: number | ((quotaPerDay: number | null) => number);
  /** How long an empty bucket takes to fill. */
  minutes: number;
  /**
   * What happens without a point: the request ends with this HTTP status and a Retry-After, or
   * continues without an email, or without trust in its sender.
   */
  beyond: 429 | 503 | "no email" | "no trust";
}

// Enough for an office behind one address.
const CLIENT_POSTS = 60;

/** All limits. For a load test, `scale` of `createLimits` raises all amounts. */
export const LIMITS = {
  // Email that a stranger can cause by signing up with somebody else's mailbox: a link, or "you
  // have an account already". Beyond the limit the answer stays the same.
  signUpMail: {
    per: "mailbox",
    counts: "emails",
    amount: 3,
    minutes: 3 * pace(LINK_MINUTES.verify_email),
    beyond: "no email",
  },
  // The same for links to a new password. Only accounts get them, so the limit is per address. Per
  // mailbox, a stranger could use it up by asking for owner+1@ and owner+2@.
  recoveryMail: {
    per: "address",
    counts: "emails",
    amount: 3,
    minutes: 3 * pace(LINK_MINUTES.reset_password),
    beyond: "no email",
  },
  // Posts to sign-up, log-in and the form for a new password, and to those of /settings that check
  // the password or email a link. All others are behind a link or have limits of their own.
  client: { per: "client", counts: "posts", amount: CLIENT_POSTS, minutes: 15, beyond: 429 },
  // The same for a whole IPv6 site (/48), which has 65,536 client buckets.
  clientNetwork: {
    per: "network",
    counts: "posts",
    amount: 10 * CLIENT_POSTS,
    minutes: 15,
    beyond: 429,
  },
  // Wrong passwords from untrusted browsers, also for addresses without an account.
  wrongPassword: { per: "address", counts: "log-ins", amount: 10, minutes: 15, beyond: 429 },
  // Email that somebody who is logged in causes: to a new address, or to end the account.
  settingsMail: { per: "account", counts: "emails", amount: 5, minutes: 24 * 60, beyond: 429 },
  // Changes that an email reports to the owner. Only the end of sessions is not refused beyond the
  // limit: it happens without an email.
  accountChanges: { per: "account", counts: "emails", amount: 20, minutes: 24 * 60, beyond: 429 },
  // The same for what needs the password too: a new password, and a download of the data. Nobody can
  // use it up with a stolen session alone.
  provenChanges: { per: "account", counts: "emails", amount: 10, minutes: 24 * 60, beyond: 429 },
  // Wrong passwords of somebody who is logged in. Strangers cannot use it up.
  passwordCheck: { per: "account", counts: "log-ins", amount: 10, minutes: 15, beyond: 429 },
  // Log-ins of a trusted browser to its own account, right or wrong, so that strangers cannot lock
  // the owner out. Beyond the limit it is treated like any other browser.
  trustedBrowser: {
    per: "browser",
    counts: "log-ins",
    amount: 20,
    minutes: 15,
    beyond: "no trust",
  },
  // Passwords of an address that are hashed before all others: for a session, a link or a trusted
  // browser. Right and wrong ones count. Beyond the limit they wait like all others.
  firstPlace: { per: "address", counts: "posts", amount: 20, minutes: 15, beyond: "no trust" },
  // All email of `signUpMail` together, so that sign-ups cannot use up SES's daily quota. A quarter
  // of the share is available at once. The other three quarters come back in 24 hours.
  signUpMailOfADay: {
    per: "everybody",
    counts: "emails",
    amount: (quotaPerDay) => dailyShare(quotaPerDay) / 4,
    minutes: 8 * 60,
    beyond: 503,
  },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/** The names of the limits with this `per`. */
export type LimitPer<Per extends Limit["per"]> = {
  [Name in LimitName]: (typeof LIMITS)[Name]["per"] extends Per ? Name : never;
}[LimitName];

// The share if SES's quota is unlimited or not known yet.
const DEFAULT_SHARE = 50_000;

/**
 * How many emails sign-ups may cause in a day: half of SES's quota. The other half is for people
 * with an account.
 *
 * @param quotaPerDay emails that SES allows in 24 hours. Null: unknown. Negative: unlimited.
 */
export function dailyShare(quotaPerDay: number | null): number {
  return quotaPerDay === null || quotaPerDay < 0 ? DEFAULT_SHARE : quotaPerDay / 2;
}

/**
 * Minutes between two emails: half the lifetime of the link, but at least an hour. So a link that
 * works for longer than an hour is replaced before it ends.
 */
function pace(linkMinutes: number): number {
  return Math.max(60, linkMinutes / 2);
}
