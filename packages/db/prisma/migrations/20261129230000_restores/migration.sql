-- What database the worker last worked on, and when: so it notices that this is a restored backup.
ALTER TABLE "sending_status"
  ADD COLUMN "system_identifier" TEXT,
  ADD COLUMN "timeline_id" INTEGER,
  ADD COLUMN "oids" TEXT,
  ADD COLUMN "seen_at" TIMESTAMPTZ(6),
  ADD COLUMN "restored_at" TIMESTAMPTZ(6);
