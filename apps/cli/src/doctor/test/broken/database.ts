import { createPseudonyms, eraseMail } from "@repo/email/erasure";
import { keysOf } from "@repo/email/keys";
import { pauseSending } from "@repo/email/operations";
import { addSuppression } from "@repo/email/suppressions";
import { AppError } from "@repo/errors";
import { makeUnrendered, queue } from "../../../test-outbox.ts";
import type { Broken } from "../state.ts";
import { env } from "../well.ts";

/** The database, the worker and the recipient. */
export const brokenDatabase: Broken = {
  "the server lacks the database": [
    { database: new Error('No connection to the database: database "app" does not exist.') },
    /^✗ database: .*no database of this name.* → .*db:deploy/,
  ],
  "the database of this machine is not made yet": [
    { database: new AppError("NO_DATABASE", "There is no database yet: start `pnpm dev` once.") },
    /^✗ database: .*there is none yet.* → pnpm dev/,
  ],
  "the database is not set": [
    { database: new Error("DATABASE_URL is not set") },
    /^✗ database: .*not set.* → .*DATABASE_URL/,
  ],
  "no worker": [
    {
      db: (db) => db.$executeRaw`UPDATE workers SET seen_at = now() - interval '1 hour'`,
    },
    /^✗ worker: .*no worker .* for 60 min.* → .*pnpm start/,
  ],
  "there was never a worker": [
    { db: (db) => db.$executeRaw`DELETE FROM workers` },
    /^✗ worker: .*no worker runs.* → .*pnpm start/,
  ],
  "an operator has paused everything": [
    { db: (db) => pauseSending(db, "all", { by: "alex", because: "wrong links" }) },
    /^✗ worker: .*stopped: alex has paused it: wrong links.* → .*pnpm email:sending resume/,
  ],
  "an operator has paused all but security mail": [
    { db: (db) => pauseSending(db, "non-essential", { by: "alex", because: "a wrong list" }) },
    /^! worker: .*alex has paused all email but security mail: a wrong list.* → .*pnpm email:sending resume/,
  ],
  "sending is stopped": [
    {
      db: (db) =>
        db.$executeRaw`UPDATE sending_status SET stopped_by = 'misconfigured', stopped_at = now(), stopped_error = 'no such set'`,
    },
    /^✗ worker: .*stopped: SES refuses every email \(no such set\).* → .*Fix what the error names/,
  ],
  "no email can be rendered": [
    {
      db: async (db) => {
        await makeUnrendered(db, await queue(db, "sam@example.org"));
        await makeUnrendered(db, await queue(db, "kim@example.org"));
      },
    },
    /^✗ worker: sending is stopped: none of the newest emails can be rendered \(RangeError: .*\), and 2 emails wait → Repair the template/,
  ],
  "one email cannot be rendered": [
    { db: async (db) => makeUnrendered(db, await queue(db, "sam@example.org")) },
    /^! worker: .*1 email cannot be rendered.* → .*Repair the template/,
  ],
  "events have ended": [
    {
      db: (db) =>
        db.$transaction([
          db.$executeRaw`UPDATE events SET received_at = now() - interval '3 days'`,
          db.$executeRaw`UPDATE messages SET closed_at = now() - interval '1 hour'`,
        ]),
    },
    /^✗ last event: .*last was 3 days ago.* → .*--to simulator/,
  ],
  "the recipient is suppressed here": [
    {
      to: "sam@example.org",
      db: (db) => addSuppression(db, "sam@example.org", { by: "me", because: "asked" }),
    },
    /^✗ suppression: .*manual.* → .*email:suppressions sam@example\.org/,
  ],
  "the recipient's email has come back several times": [
    {
      to: "sam@example.org",
      db: (db) =>
        db.suppression.create({
          data: {
            addressKey: "sam@example.org",
            reason: "soft_bounces",
            expiresAt: new Date(Date.now() + 86_400_000),
            evidence: {},
          },
        }),
    },
    /^✗ suppression: .*only security email.* → .*email:suppressions sam@example\.org/,
  ],
  "the recipient has complained, and was erased": [
    {
      to: "sam@example.org",
      db: async (db) => {
        const key = "sam@example.org";
        await db.suppression.create({
          data: { addressKey: key, reason: "complaint", evidence: {} },
        });
        const pseudonyms = createPseudonyms(keysOf(env["OPT_OUT_KEY"] ?? ""));
        await eraseMail(db, { keys: [key], pseudonyms: [pseudonyms.of(key)], until: null });
      },
    },
    /^✗ suppression: .*complaint.* → .*email:suppressions sam@example\.org/,
  ],
  "the recipient is suppressed at SES": [
    {
      to: "sam@example.org",
      aws: {
        "ses:GetSuppressedDestination": {
          SuppressedDestination: {
            EmailAddress: "sam@example.org",
            Reason: "BOUNCE",
            LastUpdateTime: 1_800_000_000,
          },
        },
      },
    },
    /^✗ SES's suppression: .*BOUNCE.* → .*remove sam@example\.org/,
  ],
  "the recipient is not on the allow-list": [
    {
      to: "sam@example.org",
      env: { APP_ENV: "staging", EMAIL_ALLOW_TO: "example.net" },
      production: false,
    },
    /^✗ allow-list: .*neither.* → .*Add sam@example\.org/,
  ],
};
