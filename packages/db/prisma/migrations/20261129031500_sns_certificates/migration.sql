CREATE TABLE "sns_certificates" (
    "url" TEXT NOT NULL,
    "pem" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sns_certificates_pkey" PRIMARY KEY ("url")
);
