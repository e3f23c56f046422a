CREATE TYPE "event_effect" AS ENUM ('permanent', 'soft', 'complaint', 'not-spam');
CREATE TYPE "suppression_reason" AS ENUM ('soft-bounces', 'bounce', 'complaint');

-- Events from before had nobody to tell: their recipients are keyed well enough for the log.
ALTER TABLE "events"
  ADD COLUMN "recipient_key" TEXT,
  ADD COLUMN "effect" "event_effect",
  ALTER COLUMN "received_at" SET DATA TYPE TIMESTAMPTZ(6);
UPDATE "events" SET "recipient_key" = lower("recipient");
ALTER TABLE "events" ALTER COLUMN "recipient_key" SET NOT NULL;

ALTER TABLE "suppressions" ALTER COLUMN "reason" TYPE "suppression_reason"
  USING CASE WHEN "reason" IN ('soft-bounces', 'complaint') THEN "reason" ELSE 'bounce' END::"suppression_reason";

CREATE TABLE "suppression_removals" (
    "id" UUID NOT NULL,
    "address_key" TEXT NOT NULL,
    "reason" "suppression_reason" NOT NULL,
    "evidence" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "because" TEXT NOT NULL,

    CONSTRAINT "suppression_removals_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "suppression_removals_address_key_removed_at_idx" ON "suppression_removals"("address_key", "removed_at");

-- The list of suppressions, newest first.
CREATE INDEX "suppressions_created_at_address_key_idx" ON "suppressions"("created_at", "address_key");

-- What an address has done is counted over these few; a delivery has no entry.
CREATE INDEX events_effect_idx ON events (recipient_key) WHERE effect IS NOT NULL;
