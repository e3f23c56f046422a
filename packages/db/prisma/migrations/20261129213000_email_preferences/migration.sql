-- The recipient has turned this category of email off.
ALTER TYPE "closed_reason" ADD VALUE 'unsubscribed' BEFORE 'expired';

-- CreateTable
CREATE TABLE "email_preferences" (
    "address_key" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "wanted" BOOLEAN NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_by" TEXT NOT NULL,

    CONSTRAINT "email_preferences_pkey" PRIMARY KEY ("address_key","category")
);
