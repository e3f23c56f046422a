ALTER TYPE "link_purpose" ADD VALUE 'change_address';
ALTER TYPE "link_purpose" ADD VALUE 'undo_address';

ALTER TABLE "links" ADD COLUMN "user_id" UUID;
CREATE INDEX "links_user_id_idx" ON "links"("user_id");
ALTER TABLE "links" ADD CONSTRAINT "links_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
