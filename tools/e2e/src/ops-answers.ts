// The answers to the forty questions of docs/operating.md.
import type { Db } from "@repo/db";
import { STATES } from "./ops-states.ts";
import type { Stack } from "./stack.ts";

export interface Answer {
  /** What the operator types or chooses, by the label of its field. */
  fill?: Record<string, string>;
  /** What the last page says, in one element. */
  sees: string | RegExp;
  /** Finds in the database what was stored. It throws if it is not there. */
  stores?: (db: Db) => Promise<unknown>;
  /** Fills the database before the question. */
  when: (stack: Stack) => Promise<unknown>;
}

const when = STATES.busy;
const search = (text: string) => ({ "Address, or an id of ours or SES's": text });
const look = (address: string) => ({ "May this address get email?": address });
const asked = { "What was asked for with this address?": "asked@example.com" };
/** Expects that the email to this address has these fields. */
const email = (to: string, is: object) => (db: Db) =>
  db.message.findFirstOrThrow({ where: { to, ...is } });

const SUPPORT: Record<string, Answer> = {
  "Did this person get the email?": {
    when,
    fill: search("delivered@example.com"),
    sees: "delivered",
  },
  "When did it arrive?": { when, fill: search("delivered@example.com"), sees: /^20.* Delivery$/ },
  "What did the mail server answer?": {
    when,
    fill: search("bounced@example.com"),
    sees: /diagnosticCode: smtp; 550 5\.1\.1/,
  },
  "Did it bounce, or was it reported as spam?": {
    when,
    fill: search("bounced@example.com"),
    sees: "bounced",
  },
  "What did we send to this person in a certain week?": {
    when,
    fill: {
      ...search("delivered@example.com"),
      "From (UTC)": "2026-01-01T00:00",
      "Until (UTC)": "2100-01-01T00:00",
    },
    sees: "welcome",
  },
  '"I never got my reset email": did anybody ask for it?': {
    when,
    fill: asked,
    sees: /^The last request for a new password: /,
  },
  "Is there an account with this address?": {
    when,
    fill: asked,
    sees: "asked@example.com has no account now.",
  },
  "Why did the request cause no email?": {
    when,
    fill: asked,
    sees: /no email, because the address had no account/,
  },
  "Has the person signed up, and not opened the link?": {
    when,
    fill: asked,
    sees: "Sign-ups that nobody has confirmed",
  },
  "May we send email to this address?": {
    when,
    fill: look("delivered@example.com"),
    sees: "delivered@example.com may get email.",
  },
  "Why not, and which email was it?": {
    when,
    fill: look("bounced@example.com"),
    sees: /Bounce$/,
  },
  "When does a stop for some days end?": {
    when,
    fill: look("full@example.com"),
    sees: /until 20\d\d-.*\(in 13 days\)/,
  },
  "Which kinds of email has the person turned off?": {
    when,
    fill: look("letter@example.com"),
    sees: /^digest: off, since/,
  },
  "The mailbox works again. Can we send email to it?": {
    when,
    fill: look("bounced@example.com"),
    sees: "bounced@example.com may get email.",
    stores: (db) => db.suppressionRemoval.findFirstOrThrow(),
  },
  "Somebody asks by letter for no more email.": {
    when,
    fill: { Address: "delivered@example.com" },
    sees: /^delivered@example.com gets no email/,
    stores: (db) =>
      db.suppression.findFirstOrThrow({ where: { addressKey: "delivered@example.com" } }),
  },
  "An email failed. Send it again.": {
    when,
    fill: search("failed0@example.com"),
    sees: "queued",
    stores: email("failed0@example.com", { state: "queued" }),
  },
  "An email that waits must not go out.": {
    when,
    fill: search("waits0@example.com"),
    sees: "cancelled",
    stores: email("waits0@example.com", { closedReason: "cancelled" }),
  },
  "An email must wait until something is clear.": {
    when,
    fill: search("waits0@example.com"),
    sees: "held by an operator",
    stores: (db) => db.operatorAction.findFirstOrThrow({ where: { action: "hold" } }),
  },
  "AWS asks about a message id. Which email is it?": {
    when,
    fill: search("0100018f3c2a1b5d-7b1f2a3c-1111-2222-3333-444455556666-000001"),
    sees: "delivered@example.com",
  },
  "Who stopped email to it, or allowed it again, and why?": {
    when,
    fill: look("letter@example.com"),
    sees: /by: Robin Operator/,
  },
};

const trouble = STATES["in trouble"];
const pause = async ({ db }: Stack) => {
  const paused = { paused: "all", pausedAt: new Date(), pausedBy: "Sam", pausedBecause: "a leak" };
  await db.sendingStatus.update({ where: { id: 1 }, data: paused });
};

const ON_CALL: Record<string, Answer> = {
  "Does email go out?": { when, sees: "Email goes out." },
  "Why not, and since when?": {
    when: trouble,
    sees: "Sending is stopped because SES refuses every email.",
  },
  "What is the next step?": { when: trouble, sees: /^Next: Fix what the error names/ },
  "What did SES answer?": { when: trouble, sees: /^The answer: MessageRejected/ },
  "Do the workers run? Which version?": { when: trouble, sees: "1.4.0" },
  "How long does the oldest email for a new password wait?": {
    when: trouble,
    sees: "13 min. ago",
  },
  "How many emails are queued?": { when: trouble, sees: /^\d+ emails$/ },
  "Which are they?": { when: trouble, sees: "waits0@example.com" },
  "Do SES's events come in?": { when: trouble, sees: "Last event of SES" },
  "Which errors are there?": { when: trouble, sees: /^MessageRejected: / },
  "Which emails failed?": { when: trouble, sees: "failed0@example.com" },
  "How near is the bounce rate to AWS's threshold?": {
    when: trouble,
    sees: /^\d\.\d+\s% – AWS reviews/,
  },
  "And over a month?": { when: trouble, sees: "Rates over 30 days" },
  "Which template or which domain bounces?": { when: trouble, sees: "product-update" },
  "Since when did it rise?": {
    when: trouble,
    sees: "Share of hard bounces",
  },
  "How long do emails take to arrive?": { when: trouble, sees: "From accepted to delivered" },
  "Stop all email, or all but security mail, now.": {
    when,
    fill: { "All email": "yes" },
    sees: /has paused it/,
    stores: (db) => db.sendingStatus.findFirstOrThrow({ where: { paused: "all" } }),
  },
  "It is safe again. Go on.": {
    when: async (stack) => {
      await STATES.busy(stack);
      await pause(stack);
    },
    sees: "Email goes out.",
    stores: (db) => db.sendingStatus.findFirstOrThrow({ where: { paused: null } }),
  },
  "Send slower for an hour.": {
    when,
    fill: { "Emails a second": "5", "For how many minutes": "60" },
    sees: /^5 emails a second until/,
    stores: (db) => db.sendingStatus.findFirstOrThrow({ where: { loweredRate: 5 } }),
  },
  "Send again what failed since the last deployment.": {
    when,
    fill: { Status: "failed", "From (UTC)": "2026-01-01T00:00" },
    sees: "No email fits this search.",
    stores: (db) =>
      db.operatorAction.findFirstOrThrow({ where: { action: "retry", because: "a test" } }),
  },
};

export const ANSWERS: Record<string, Answer> = { ...SUPPORT, ...ON_CALL };
