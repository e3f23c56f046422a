-- What an operator or the rates have decided about sending. The claim reads it.
ALTER TABLE "sending_status"
  ADD COLUMN "paused" TEXT,
  ADD COLUMN "paused_at" TIMESTAMPTZ(6),
  ADD COLUMN "paused_by" TEXT,
  ADD COLUMN "paused_because" TEXT,
  ADD COLUMN "resumed_at" TIMESTAMPTZ(3),
  ADD COLUMN "lowered_rate" DOUBLE PRECISION,
  ADD COLUMN "lowered_until" TIMESTAMPTZ(6),
  ADD COLUMN "lowered_because" TEXT,
  ADD CONSTRAINT "paused_is_known" CHECK ("paused" IN ('all', 'non-essential'));

-- Actions that belong to no message. The table is small, so writing it anew takes no time.
ALTER TABLE "operator_actions"
  ADD COLUMN "id" UUID NOT NULL DEFAULT gen_random_uuid(),
  ADD COLUMN "address_key" TEXT,
  ADD COLUMN "subject" TEXT,
  DROP CONSTRAINT "operator_actions_pkey",
  ALTER COLUMN "message_id" DROP NOT NULL,
  ADD CONSTRAINT "operator_actions_pkey" PRIMARY KEY ("id");
CREATE INDEX "operator_actions_message_id_done_at_idx" ON "operator_actions"("message_id", "done_at");
CREATE INDEX "operator_actions_done_at_id_idx" ON "operator_actions"("done_at", "id");
CREATE INDEX "operator_actions_address_key_idx" ON "operator_actions"("address_key");

-- An action is never changed. It is deleted only with its message, or by an erasure, which sets
-- `email.erases` in its transaction.
CREATE FUNCTION refuse_changed_action() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'check_violation',
    MESSAGE = 'operator_actions is append-only: an action is neither changed nor deleted';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "operator_actions" FOR EACH ROW
  WHEN (pg_trigger_depth() = 0 AND current_setting('email.erases', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION refuse_changed_action();

CREATE TABLE "workers" (
    "id" UUID NOT NULL,
    "version" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);

-- Counts that are not folded yet: settlements and events only append, so none waits for another.
CREATE TABLE "pending_counts" (
    "id" BIGSERIAL NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "kind" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "bucket" SMALLINT,
    "count" INTEGER NOT NULL,

    CONSTRAINT "pending_counts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "hourly_counts" (
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "dimension" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "hourly_counts_pkey" PRIMARY KEY ("dimension", "hour", "value", "kind")
);
