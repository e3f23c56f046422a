-- An export and an erasure read the events of one person. Without it they would read the whole table.
CREATE INDEX CONCURRENTLY "events_recipient_key_idx" ON "events"("recipient_key");
