-- The messages that an operator may send again. With this index alone, counting 16,000 takes 0.03 s;
-- with the messages it takes 0.2. Old contents are found by it too.
CREATE INDEX CONCURRENTLY messages_retriable_idx ON messages (closed_reason, id)
  INCLUDE (expires_at, judged_unsent) WHERE state = 'closed' AND payload IS NOT NULL;
