-- messages_retriable_idx has the same rows.
DROP INDEX messages_contents_idx;
