-- When an email could last not be rendered: "Last errors" on /ops showed the time of the next try.
ALTER TABLE "messages" ADD COLUMN "unrendered_at" TIMESTAMPTZ(6);
