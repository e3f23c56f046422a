-- CreateEnum
CREATE TYPE "user_role" AS ENUM ('operator');

-- CreateEnum
CREATE TYPE "link_purpose" AS ENUM ('verify_email', 'reset_password', 'change_address', 'undo_address', 'delete_account');

-- CreateEnum
CREATE TYPE "reset_result" AS ENUM ('emailed', 'no-account', 'limited', 'unreadable');

-- CreateEnum
CREATE TYPE "message_state" AS ENUM ('queued', 'sending', 'unknown', 'closed');

-- CreateEnum
CREATE TYPE "closed_reason" AS ENUM ('sent', 'failed', 'suppressed', 'unsubscribed', 'expired', 'cancelled', 'unknown');

-- CreateEnum
CREATE TYPE "outcome" AS ENUM ('none', 'sent', 'delayed', 'delivered', 'rejected', 'bounced', 'complained');

-- CreateEnum
CREATE TYPE "on_unknown" AS ENUM ('resend', 'hold');

-- CreateEnum
CREATE TYPE "event_effect" AS ENUM ('permanent', 'soft', 'complaint', 'not-spam', 'message');

-- CreateEnum
CREATE TYPE "suppression_reason" AS ENUM ('soft-bounces', 'bounce', 'manual', 'complaint');

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "locale" TEXT,
    "role" "user_role",
    "trust_epoch" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_ups" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "profile" JSONB NOT NULL,
    "password_hash" TEXT,
    "locale" TEXT,
    "browser_hash" BYTEA NOT NULL,
    "message_id" UUID,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_ups_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "user_id" UUID NOT NULL,
    "device" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "password_checked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "links" (
    "id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "purpose" "link_purpose" NOT NULL,
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "user_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "links_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reset_requests" (
    "id" UUID NOT NULL,
    "email_hash" BYTEA NOT NULL,
    "email" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "handled_at" TIMESTAMPTZ(3),
    "result" "reset_result",

    CONSTRAINT "reset_requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "erasures" (
    "id" UUID NOT NULL,
    "addresses" BYTEA NOT NULL,
    "message_ids" UUID[],
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "erasures_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "limits" (
    "name" TEXT NOT NULL,
    "key" BYTEA NOT NULL,
    "full_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "limits_pkey" PRIMARY KEY ("name","key")
);

-- CreateTable
CREATE TABLE "messages" (
    "id" UUID NOT NULL,
    "template" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "to_address" TEXT NOT NULL,
    "to_key" TEXT NOT NULL,
    "payload" BYTEA,
    "idempotency_key" TEXT,
    "content_digest" BYTEA,
    "state" "message_state" NOT NULL DEFAULT 'queued',
    "closed_reason" "closed_reason",
    "outcome" "outcome" NOT NULL DEFAULT 'none',
    "priority" SMALLINT NOT NULL DEFAULT 2,
    "on_unknown" "on_unknown" NOT NULL,
    "resent" BOOLEAN NOT NULL DEFAULT false,
    "event_source" TEXT,
    "judged_unsent" SMALLINT NOT NULL DEFAULT 0,
    "judged_at" TIMESTAMPTZ(6),
    "due_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6),
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "lease_id" UUID,
    "lease_expires_at" TIMESTAMPTZ(6),
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempts" (
    "message_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3) NOT NULL,
    "result" TEXT NOT NULL,
    "event_source" TEXT,
    "ses_message_id" TEXT,
    "error_code" TEXT,
    "error" TEXT,

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("message_id","number")
);

-- CreateTable
CREATE TABLE "evidence_stops" (
    "event_source" TEXT NOT NULL,
    "message_id" UUID NOT NULL,
    "stopped_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "evidence_stops_pkey" PRIMARY KEY ("event_source")
);

-- CreateTable
CREATE TABLE "operator_actions" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "done_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "action" TEXT NOT NULL,
    "done_by" TEXT NOT NULL,
    "because" TEXT NOT NULL,
    "message_id" UUID,
    "address_key" TEXT,
    "subject" TEXT,

    CONSTRAINT "operator_actions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "events" (
    "id" UUID NOT NULL,
    "message_id" UUID,
    "ses_message_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "recipient_key" TEXT NOT NULL,
    "effect" "event_effect",
    "dedupe_key" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "detail" JSONB NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "suppressions" (
    "address_key" TEXT NOT NULL,
    "reason" "suppression_reason" NOT NULL,
    "evidence" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "suppressions_pkey" PRIMARY KEY ("address_key")
);

-- CreateTable
CREATE TABLE "erased_addresses" (
    "pseudonym" TEXT NOT NULL,
    "erased_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "erased_addresses_pkey" PRIMARY KEY ("pseudonym")
);

-- CreateTable
CREATE TABLE "sns_certificates" (
    "url" TEXT NOT NULL,
    "pem" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sns_certificates_pkey" PRIMARY KEY ("url")
);

-- CreateTable
CREATE TABLE "suppression_removals" (
    "id" UUID NOT NULL,
    "address_key" TEXT NOT NULL,
    "reason" "suppression_reason" NOT NULL,
    "evidence" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_by" TEXT NOT NULL,
    "because" TEXT NOT NULL,

    CONSTRAINT "suppression_removals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "email_preferences" (
    "address_key" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "wanted" BOOLEAN NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_by" TEXT NOT NULL,

    CONSTRAINT "email_preferences_pkey" PRIMARY KEY ("address_key","category")
);

-- CreateTable
CREATE TABLE "sending_status" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "max_rate" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "rate" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "tokens" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "refilled_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lowered_at" TIMESTAMPTZ(6),
    "max_24_hours" DOUBLE PRECISION,
    "sent_24_hours" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "stopped_by" TEXT,
    "stopped_at" TIMESTAMPTZ(6),
    "stopped_error" TEXT,
    "probe_at" TIMESTAMPTZ(6),
    "probes" INTEGER NOT NULL DEFAULT 0,
    "idle_until" TIMESTAMPTZ(6),
    "system_identifier" TEXT,
    "timeline_id" INTEGER,
    "oids" TEXT,
    "seen_at" TIMESTAMPTZ(6),
    "restored_at" TIMESTAMPTZ(6),
    "paused" TEXT,
    "paused_at" TIMESTAMPTZ(6),
    "paused_by" TEXT,
    "paused_because" TEXT,
    "resumed_at" TIMESTAMPTZ(3),
    "lowered_rate" DOUBLE PRECISION,
    "lowered_until" TIMESTAMPTZ(6),
    "lowered_because" TEXT,

    CONSTRAINT "sending_status_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workers" (
    "id" UUID NOT NULL,
    "version" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pending_counts" (
    "id" BIGSERIAL NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "kind" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "bucket" SMALLINT,
    "count" INTEGER NOT NULL,

    CONSTRAINT "pending_counts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hourly_counts" (
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "dimension" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "hourly_counts_pkey" PRIMARY KEY ("dimension","hour","value","kind")
);

-- CreateTable
CREATE TABLE "alerts" (
    "cause" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3),
    "told_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alerts_pkey" PRIMARY KEY ("cause")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "start" TEXT NOT NULL,
    "program" TEXT NOT NULL,
    "templates" TEXT[],
    "per_hour" INTEGER NOT NULL,
    "full_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_emails" (
    "message_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,

    CONSTRAINT "api_emails_pkey" PRIMARY KEY ("message_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key_key" ON "users"("email_key");

-- CreateIndex
CREATE UNIQUE INDEX "sign_ups_browser_hash_key" ON "sign_ups"("browser_hash");

-- CreateIndex
CREATE INDEX "sign_ups_email_key_created_at_idx" ON "sign_ups"("email_key", "created_at");

-- CreateIndex
CREATE INDEX "sign_ups_expires_at_idx" ON "sign_ups"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_token_hash_key" ON "sessions"("token_hash");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "links_hash_key" ON "links"("hash");

-- CreateIndex
CREATE INDEX "links_email_key_purpose_idx" ON "links"("email_key", "purpose");

-- CreateIndex
CREATE INDEX "links_user_id_idx" ON "links"("user_id");

-- CreateIndex
CREATE INDEX "links_expires_at_idx" ON "links"("expires_at");

-- CreateIndex
CREATE INDEX "reset_requests_created_at_idx" ON "reset_requests"("created_at");

-- CreateIndex
CREATE INDEX "reset_requests_email_hash_idx" ON "reset_requests"("email_hash");

-- CreateIndex
CREATE INDEX "limits_full_at_idx" ON "limits"("full_at");

-- CreateIndex
CREATE INDEX "messages_to_key_id_idx" ON "messages"("to_key", "id");

-- CreateIndex
CREATE INDEX "operator_actions_message_id_done_at_idx" ON "operator_actions"("message_id", "done_at");

-- CreateIndex
CREATE INDEX "operator_actions_done_at_id_idx" ON "operator_actions"("done_at", "id");

-- CreateIndex
CREATE INDEX "operator_actions_address_key_idx" ON "operator_actions"("address_key");

-- CreateIndex
CREATE INDEX "events_message_id_idx" ON "events"("message_id");

-- CreateIndex
CREATE UNIQUE INDEX "events_ses_message_id_type_recipient_dedupe_key_key" ON "events"("ses_message_id", "type", "recipient", "dedupe_key");

-- CreateIndex
CREATE INDEX "suppressions_created_at_address_key_idx" ON "suppressions"("created_at", "address_key");

-- CreateIndex
CREATE INDEX "suppression_removals_address_key_removed_at_idx" ON "suppression_removals"("address_key", "removed_at");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "links" ADD CONSTRAINT "links_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operator_actions" ADD CONSTRAINT "operator_actions_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_emails" ADD CONSTRAINT "api_emails_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_emails" ADD CONSTRAINT "api_emails_key_id_fkey" FOREIGN KEY ("key_id") REFERENCES "api_keys"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

