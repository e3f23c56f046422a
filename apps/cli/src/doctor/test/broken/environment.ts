import type { Broken } from "../state.ts";
import * as well from "../well.ts";

/** The settings. */
export const brokenEnvironment: Broken = {
  "production without its name": [
    { env: { APP_ENV: "" } },
    /^✗ environment: .*APP_ENV is not set.* → .*APP_ENV=production/,
  ],
  "a setting is missing": [
    { env: { EMAIL_FROM: "" } },
    /^✗ environment: .*EMAIL_FROM is not set.* → .*\.env/,
  ],
  "the key of opt-outs is missing": [
    { env: { OPT_OUT_KEY: "" } },
    /^✗ environment: .*OPT_OUT_KEY is not set.* → .*\.env/,
  ],
  "a setting is malformed": [{ env: { APP_URL: "app" } }, /^✗ environment: .*APP_URL.* → .*\.env/],
  "a key is too short": [
    { env: { EMAIL_KEY: "short-secret" } },
    /^✗ environment: .*EMAIL_KEY must have.* → .*\.env/,
  ],
  "two settings share a key": [
    { env: { UNSUBSCRIBE_KEY: well.env["EMAIL_KEY"] ?? "" } },
    /^✗ environment: .*UNSUBSCRIBE_KEY must share no key with EMAIL_KEY.* → .*openssl rand/,
  ],
  "no region": [
    { env: { AWS_REGION: "" } },
    /^✗ environment: .*AWS_REGION is not set.* → .*aws:env/,
  ],
  "the topic is in another region": [
    { env: { AWS_REGION: "us-east-1" } },
    /^✗ environment: .*TOPIC_ARN is in eu-west-1, and AWS_REGION is us-east-1.* → .*aws:env/,
  ],
  "the queue is in another region": [
    { env: { SES_EVENTS_QUEUE_URL: well.QUEUE.replace("eu-west-1", "us-east-1") } },
    /^✗ environment: .*QUEUE_URL is in us-east-1.* → .*aws:env/,
  ],
  "SES's SMTP is in another region": [
    {
      env: { EMAIL_TRANSPORT: "smtp", SMTP_HOST: "email-smtp.eu-central-1.amazonaws.com" },
    },
    /^✗ environment: SMTP_HOST is in eu-central-1, and AWS_REGION is eu-west-1.* → pnpm aws:env$/,
  ],
  "SES's SMTP for FIPS is in another region": [
    {
      env: { EMAIL_TRANSPORT: "smtp", SMTP_HOST: "email-smtp-fips.us-east-1.amazonaws.com" },
    },
    /^✗ environment: SMTP_HOST is in us-east-1, and AWS_REGION is eu-west-1/,
  ],
  "no configuration set": [
    { env: { SES_CONFIGURATION_SET: "" } },
    /^✗ environment: .*reports no bounce.* → .*aws:env/,
  ],
  "http in production": [
    { env: { APP_URL: "http://app.example.org" } },
    /^✗ environment: .*https.* → .*\.env/,
  ],
  "the example's sender": [
    { env: { EMAIL_FROM: "a@example.com" } },
    /^✗ environment: .*example.* → .*EMAIL_FROM/,
  ],
  "a local endpoint left in production": [
    { env: { AWS_ENDPOINT_URL_SESV2: "http://localhost:3002" } },
    /^✗ endpoint: .*AWS_ENDPOINT_URL_SESV2 is set to this machine.* → .*to empty/,
  ],
  "a redirect left in production": [
    { env: { EMAIL_REDIRECT_TO: "me@example.org" } },
    /^! environment: .*one address receives every email.* → .*EMAIL_REDIRECT_TO to empty/,
  ],
  "an allow-list left in production": [
    { env: { EMAIL_ALLOW_TO: "example.org" } },
    /^! environment: .*sends to nobody else.* → .*EMAIL_ALLOW_TO to empty/,
  ],
  "the brand is the example's": [
    { brand: { website: "https://example.com" } },
    /^! brand: .*example's website.* → .*brand\.json/,
  ],
  "outside production, nobody may get email": [
    { env: { APP_ENV: "staging" }, production: false },
    /^✗ environment: .*no email leaves this machine.* → .*EMAIL_ALLOW_TO/,
  ],
};
