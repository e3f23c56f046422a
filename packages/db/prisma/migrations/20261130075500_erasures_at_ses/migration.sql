-- AlterTable
ALTER TABLE "erasures" ADD COLUMN     "ses_due_at" TIMESTAMPTZ(6),
ADD COLUMN     "ses_tries" SMALLINT NOT NULL DEFAULT 0;
