ALTER TABLE "users" ADD COLUMN "locale" TEXT;
ALTER TABLE "sign_ups" ADD COLUMN "locale" TEXT;
