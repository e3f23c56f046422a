-- An attempt is written once it is known what became of it.
UPDATE attempts SET finished_at = now(), result = 'unknown', error_code = 'LEASE_LOST'
  WHERE finished_at IS NULL OR result IS NULL;
ALTER TABLE attempts ALTER COLUMN finished_at SET NOT NULL, ALTER COLUMN result SET NOT NULL;
