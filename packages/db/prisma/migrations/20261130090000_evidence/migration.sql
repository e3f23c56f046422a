ALTER TABLE "messages"
  ADD COLUMN "event_source" TEXT,
  ADD COLUMN "judged_unsent" SMALLINT NOT NULL DEFAULT 0,
  ADD COLUMN "judged_at" TIMESTAMPTZ(6);

ALTER TABLE "attempts" ADD COLUMN "event_source" TEXT;

-- CreateTable
CREATE TABLE "evidence_stops" (
    "event_source" TEXT NOT NULL,
    "message_id" UUID NOT NULL,
    "stopped_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "evidence_stops_pkey" PRIMARY KEY ("event_source")
);

-- The accepted calls of a configuration set in their order: evidence looks at a hundred of them.
CREATE INDEX attempts_accepted_idx ON attempts (event_source, started_at)
  WHERE result = 'accepted' AND event_source IS NOT NULL;
