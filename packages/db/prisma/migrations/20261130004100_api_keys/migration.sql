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
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- AddForeignKey
ALTER TABLE "api_emails" ADD CONSTRAINT "api_emails_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_emails" ADD CONSTRAINT "api_emails_key_id_fkey" FOREIGN KEY ("key_id") REFERENCES "api_keys"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
