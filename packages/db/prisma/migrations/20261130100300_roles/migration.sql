-- CreateEnum
CREATE TYPE "user_role" AS ENUM ('operator');

-- AlterTable
ALTER TABLE "users" ADD COLUMN "role" "user_role";

-- The alerts look for the few who have a role.
CREATE INDEX users_role_idx ON users (role) WHERE role IS NOT NULL;

-- CreateIndex
CREATE INDEX "reset_requests_email_hash_idx" ON "reset_requests"("email_hash");
