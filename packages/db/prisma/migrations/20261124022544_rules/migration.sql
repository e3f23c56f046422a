-- These rules keep the tables right, whatever program writes to them, and queries fast at any size.
-- Prisma's schema cannot express them. Prisma ignores them when it compares.

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
  ADD CONSTRAINT outcome_closes CHECK (outcome = 'none' OR state = 'closed');

-- The one row that workers share.
ALTER TABLE sending_status
  ADD CONSTRAINT one_row CHECK (id = 1);
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

-- What an address has done is counted over these few; a delivery has no entry.
CREATE INDEX events_effect_idx ON events (recipient_key) WHERE effect IS NOT NULL;

CREATE FUNCTION refuse_illegal_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = CASE
    WHEN NEW.outcome < OLD.outcome
      THEN format('the outcome of message %s cannot fall from %s to %s', OLD.id, OLD.outcome, NEW.outcome)
    WHEN OLD.state = NEW.state
      THEN format('message %s is closed as %s', OLD.id, OLD.closed_reason)
    ELSE format('message %s cannot go from %s to %s', OLD.id, OLD.state, NEW.state)
  END;
END $$;

-- What the worker looks for.
CREATE INDEX "reset_requests_waiting" ON "reset_requests"("created_at") WHERE "handled_at" IS NULL;

-- What failed, and what was closed in doubt, may keep its sealed contents: an operator sends it
-- again with them. Everything else that is closed has none.
ALTER TABLE messages
  ADD CONSTRAINT payload_until_closed CHECK (state = 'closed' OR payload IS NOT NULL),
  ADD CONSTRAINT payload_for_a_retry CHECK (state <> 'closed' OR payload IS NULL
    OR (closed_reason IN ('failed', 'unknown') AND outcome = 'none'));

-- These few are looked at to retry them, and to erase their contents in time.
CREATE INDEX messages_contents_idx ON messages (closed_at)
  WHERE state = 'closed' AND payload IS NOT NULL;

-- The transitions of packages/email/src/state.ts, with the way back for a retry.
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

-- The accepted calls of a configuration set in their order: evidence looks at a hundred of them.
CREATE INDEX attempts_accepted_idx ON attempts (event_source, started_at)
  WHERE result = 'accepted' AND event_source IS NOT NULL;

-- What an operator or the rates have decided about sending. The claim reads it.
ALTER TABLE sending_status
  ADD CONSTRAINT "paused_is_known" CHECK ("paused" IN ('all', 'non-essential'));

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

-- The alerts look for the few who have a role.
CREATE INDEX users_role_idx ON users (role) WHERE role IS NOT NULL;
