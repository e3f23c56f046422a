-- The rules of refuse_illegal_transition as the trigger's condition, so that the function runs only
-- to refuse: 4 us less for each of a message's two updates.
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
        OR (OLD.state = 'unknown' AND NEW.state IN ('queued', 'closed')))
    END
  )
  EXECUTE FUNCTION refuse_illegal_transition();

CREATE OR REPLACE FUNCTION refuse_illegal_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = CASE
    WHEN NEW.outcome < OLD.outcome
      THEN format('the outcome of message %s cannot fall from %s to %s', OLD.id, OLD.outcome, NEW.outcome)
    WHEN OLD.state = NEW.state
      THEN format('message %s is closed as %s', OLD.id, OLD.closed_reason)
    ELSE format('message %s cannot go from %s to %s', OLD.id, OLD.state, NEW.state)
  END;
END $$;
