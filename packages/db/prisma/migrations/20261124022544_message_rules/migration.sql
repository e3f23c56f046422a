-- What keeps the outbox right whoever writes to it, and quick however long the log grows.
-- Prisma leaves partial indexes, checks and triggers alone when it compares.

-- The worker looks at these few rows only: a million closed messages cost a claim nothing.
CREATE INDEX messages_queued_idx ON messages (priority, due_at) WHERE state = 'queued';
CREATE INDEX messages_lease_idx ON messages (lease_expires_at) WHERE state = 'sending';
CREATE INDEX messages_unknown_idx ON messages (due_at) WHERE state = 'unknown';

-- What a person looks for in the log: 1 ms a page, where the walk over a million messages takes
-- 300. Nothing is in it when it is queued, nor when it is closed as sent.
CREATE INDEX messages_not_sent_idx ON messages (closed_reason, id) WHERE closed_reason <> 'sent';

-- An index entry for those alone that have a key.
CREATE UNIQUE INDEX messages_idempotency_idx ON messages (template, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

-- Events come in by SES's id, which a call has only once it is over.
CREATE INDEX attempts_ses_message_id_idx ON attempts (ses_message_id)
  WHERE ses_message_id IS NOT NULL;

-- Events that arrived before the send that they belong to had committed.
CREATE INDEX events_unattached_idx ON events (ses_message_id) WHERE message_id IS NULL;

ALTER TABLE messages
  ADD CONSTRAINT closed_has_its_reason CHECK ((state = 'closed') = (closed_reason IS NOT NULL)
    AND (state = 'closed') = (closed_at IS NOT NULL)),
  ADD CONSTRAINT sending_has_its_lease CHECK ((state = 'sending') = (lease_id IS NOT NULL)
    AND (state = 'sending') = (lease_expires_at IS NOT NULL)),
  ADD CONSTRAINT payload_until_closed CHECK ((state = 'closed') = (payload IS NULL)),
  ADD CONSTRAINT outcome_closes CHECK (outcome = 'none' OR state = 'closed');

-- The transitions of packages/email/src/state.ts; a test compares the two.
CREATE FUNCTION refuse_illegal_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.outcome < OLD.outcome THEN
    RAISE EXCEPTION 'the outcome of message % cannot fall from % to %', OLD.id, OLD.outcome, NEW.outcome
      USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = NEW.state THEN
    -- An event may tell later that what was closed in doubt had been sent.
    IF OLD.closed_reason IS DISTINCT FROM NEW.closed_reason
      AND NOT (OLD.closed_reason = 'unknown' AND NEW.closed_reason = 'sent') THEN
      RAISE EXCEPTION 'message % is closed as %', OLD.id, OLD.closed_reason
        USING ERRCODE = 'check_violation';
    END IF;
  ELSIF NOT ((OLD.state = 'queued' AND NEW.state IN ('sending', 'closed'))
    OR (OLD.state = 'sending' AND NEW.state IN ('queued', 'unknown', 'closed'))
    OR (OLD.state = 'unknown' AND NEW.state IN ('queued', 'closed'))) THEN
    RAISE EXCEPTION 'message % cannot go from % to %', OLD.id, OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER refuse_illegal_transition BEFORE UPDATE ON messages FOR EACH ROW
  WHEN (OLD.state <> NEW.state OR OLD.outcome <> NEW.outcome OR OLD.closed_reason IS DISTINCT FROM NEW.closed_reason)
  EXECUTE FUNCTION refuse_illegal_transition();

-- The one row that workers share.
ALTER TABLE sending_status ADD CONSTRAINT one_row CHECK (id = 1);
INSERT INTO sending_status (id) VALUES (1);

-- Enqueueing calls it for each row: a worker that would sleep past the message is woken when the
-- caller commits. Only then, because NOTIFY takes a lock that every commit in the cluster waits
-- for. A function, because its plan is kept: as a part of the INSERT it took a third of its time.
CREATE FUNCTION wake_worker(due timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM sending_status WHERE idle_until > greatest(now(), due)) THEN
    NOTIFY email_queued;
  END IF;
END $$;
