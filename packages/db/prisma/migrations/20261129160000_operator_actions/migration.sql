-- CreateTable
CREATE TABLE "operator_actions" (
    "message_id" UUID NOT NULL,
    "done_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "action" TEXT NOT NULL,
    "done_by" TEXT NOT NULL,
    "because" TEXT NOT NULL,

    CONSTRAINT "operator_actions_pkey" PRIMARY KEY ("message_id","done_at")
);

-- AddForeignKey
ALTER TABLE "operator_actions" ADD CONSTRAINT "operator_actions_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What failed, and what was closed in doubt, may keep its sealed contents: an operator sends it
-- again with them. Everything else that is closed has none.
ALTER TABLE messages DROP CONSTRAINT payload_until_closed,
  ADD CONSTRAINT payload_until_closed CHECK (state = 'closed' OR payload IS NOT NULL),
  ADD CONSTRAINT payload_for_a_retry CHECK (state <> 'closed' OR payload IS NULL
    OR (closed_reason IN ('failed', 'unknown') AND outcome = 'none'));

-- These few are looked at to retry them, and to erase their contents in time.
CREATE INDEX messages_contents_idx ON messages (closed_at)
  WHERE state = 'closed' AND payload IS NOT NULL;

-- The transitions of packages/email/src/state.ts, with the way back for a retry.
DROP TRIGGER refuse_illegal_transition ON messages;
CREATE TRIGGER refuse_illegal_transition BEFORE UPDATE ON messages FOR EACH ROW
  WHEN (
    NEW.outcome < OLD.outcome
    OR CASE WHEN OLD.state = NEW.state
      -- An event may tell later that what was closed in doubt had been sent.
      THEN OLD.closed_reason IS DISTINCT FROM NEW.closed_reason
        AND NOT (OLD.closed_reason = 'unknown' AND NEW.closed_reason = 'sent')
      ELSE NOT ((OLD.state = 'queued' AND NEW.state IN ('sending', 'closed'))
        OR (OLD.state = 'sending' AND NEW.state IN ('queued', 'unknown', 'closed'))
        OR (OLD.state = 'unknown' AND NEW.state IN ('queued', 'closed'))
        OR (OLD.state = 'closed' AND NEW.state = 'queued' AND OLD.payload IS NOT NULL))
    END
  )
  EXECUTE FUNCTION refuse_illegal_transition();
