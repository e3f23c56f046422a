CREATE TABLE "alerts" (
    "cause" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3),
    "told_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alerts_pkey" PRIMARY KEY ("cause")
);
