import { addSuppression } from "@repo/email/suppressions";
import type { Broken } from "../state.ts";

/** The database, the worker and the recipient. */
export const brokenDatabase: Broken[] = [
  [
    "the server lacks the database",
    { database: new Error('No connection to the database: database "app" does not exist.') },
    "✗ database",
    /no database of this name/,
    /db:deploy/,
  ],
  [
    "the database is not set",
    { database: new Error("DATABASE_URL is not set") },
    "✗ database",
    /not set/,
    /DATABASE_URL/,
  ],
  [
    "no worker",
    {
      db: (db) =>
        db.$executeRaw`UPDATE sending_status SET refilled_at = now() - interval '1 hour', idle_until = NULL`,
    },
    "✗ worker",
    /no worker .* for 60 min/,
    /pnpm start/,
  ],
  [
    "sending is stopped",
    {
      db: (db) =>
        db.$executeRaw`UPDATE sending_status SET stopped_by = 'misconfigured', stopped_at = now(), stopped_error = 'no such set'`,
    },
    "✗ worker",
    /stopped \(misconfigured\): no such set/,
    /Fix what the error names/,
  ],
  [
    "events have ended",
    {
      db: (db) =>
        db.$transaction([
          db.$executeRaw`UPDATE events SET received_at = now() - interval '3 days'`,
          db.$executeRaw`UPDATE messages SET closed_at = now() - interval '1 hour'`,
        ]),
    },
    "✗ last event",
    /last was 3 days ago/,
    /--to simulator/,
  ],
  [
    "the recipient is suppressed here",
    {
      to: "sam@example.org",
      db: (db) => addSuppression(db, "sam@example.org", { by: "me", because: "asked" }),
    },
    "✗ suppression",
    /manual/,
    /email:suppressions sam@example\.org/,
  ],
  [
    "the recipient is suppressed at SES",
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
    "✗ SES's suppression",
    /BOUNCE/,
    /remove sam@example\.org/,
  ],
  [
    "the recipient is not on the allow-list",
    {
      to: "sam@example.org",
      env: { APP_ENV: "staging", EMAIL_ALLOW_TO: "example.net" },
      production: false,
    },
    "✗ allow-list",
    /neither/,
    /Add sam@example\.org/,
  ],
];
