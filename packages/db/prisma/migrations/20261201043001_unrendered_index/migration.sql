-- /readyz and /ops look every few seconds for emails that cannot be rendered. Usually there are none,
-- and the queue may be long.
CREATE INDEX CONCURRENTLY messages_unrendered_idx ON messages (id)
  WHERE state IN ('queued', 'sending') AND unrendered_at IS NOT NULL;
