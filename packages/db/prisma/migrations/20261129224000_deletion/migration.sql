ALTER TYPE "link_purpose" ADD VALUE 'delete_account';

CREATE TABLE "erasures" (
    "id" UUID NOT NULL,
    "addresses" BYTEA NOT NULL,
    "message_ids" UUID[],
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "erasures_pkey" PRIMARY KEY ("id")
);
