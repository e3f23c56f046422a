-- An operator's own word: events of a bounce leave it, a complaint is stronger.
ALTER TYPE "suppression_reason" ADD VALUE 'manual' BEFORE 'complaint';

-- Nothing has written one yet.
ALTER TABLE "suppression_removals" ADD COLUMN "removed_by" TEXT NOT NULL;
