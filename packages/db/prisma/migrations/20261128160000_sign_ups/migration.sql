-- A sign-up is not an account any more: users holds only people who have proved their mailbox.
-- Whoever has not is asked to sign up again, and links that were emailed before end.
DELETE FROM "users" WHERE "email_verified_at" IS NULL;
DROP TABLE "tokens";
DROP TYPE "token_purpose";

ALTER TABLE "users" DROP COLUMN "email_verified_at";
ALTER TABLE "users" ADD COLUMN "trust_epoch" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "sessions"
  ADD COLUMN "used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  ADD COLUMN "password_checked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
UPDATE "sessions" SET "password_checked_at" = "created_at";
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");

CREATE TABLE "sign_ups" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "profile" JSONB NOT NULL,
    "password_hash" TEXT,
    "browser_hash" BYTEA NOT NULL,
    "message_id" UUID,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_ups_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "sign_ups_browser_hash_key" ON "sign_ups"("browser_hash");
CREATE INDEX "sign_ups_email_key_created_at_idx" ON "sign_ups"("email_key", "created_at");
CREATE INDEX "sign_ups_expires_at_idx" ON "sign_ups"("expires_at");

CREATE TYPE "link_purpose" AS ENUM ('verify_email', 'reset_password');
CREATE TABLE "links" (
    "id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "purpose" "link_purpose" NOT NULL,
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "links_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "links_hash_key" ON "links"("hash");
CREATE INDEX "links_email_key_purpose_idx" ON "links"("email_key", "purpose");
CREATE INDEX "links_expires_at_idx" ON "links"("expires_at");

CREATE TYPE "reset_result" AS ENUM ('emailed', 'no-account', 'limited', 'unreadable');
CREATE TABLE "reset_requests" (
    "id" UUID NOT NULL,
    "email_hash" BYTEA NOT NULL,
    "email" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "handled_at" TIMESTAMPTZ(3),
    "result" "reset_result",

    CONSTRAINT "reset_requests_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "reset_requests_created_at_idx" ON "reset_requests"("created_at");
-- What the worker looks for.
CREATE INDEX "reset_requests_waiting" ON "reset_requests"("created_at") WHERE "handled_at" IS NULL;

CREATE TABLE "limits" (
    "name" TEXT NOT NULL,
    "key" BYTEA NOT NULL,
    "full_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "limits_pkey" PRIMARY KEY ("name","key")
);
CREATE INDEX "limits_full_at_idx" ON "limits"("full_at");

-- 0 is now for what may use the last of the day's quota, 1 for other security mail, 2 for the rest.
ALTER TABLE "messages" ALTER COLUMN "priority" SET DEFAULT 2;
