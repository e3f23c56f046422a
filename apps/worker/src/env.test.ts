import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { expect, it } from "vitest";
import { readEnv } from "./env.ts";

const good = {
  DATABASE_URL: "postgresql://user:password@db.example.com/app",
  EMAIL_KEY: "k".repeat(32),
  OPT_OUT_KEY: "o".repeat(32),
  AUTH_SECRET: "a".repeat(32),
  UNSUBSCRIBE_KEY: "c".repeat(32),
  APP_URL: "https://app.example.com",
  EMAIL_FROM: "Example <hello@example.com>",
  AWS_REGION: "us-east-1",
  SES_EVENTS_TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:ses-events",
};

it("accepts .env.example plus a DATABASE_URL, and then sends to this machine only", () => {
  const example = parseEnv(readFileSync(`${import.meta.dirname}/../../../.env.example`, "utf8"));
  const env = readEnv({ ...example, DATABASE_URL: good.DATABASE_URL });
  expect(env).toMatchObject({ APP_ENV: "development", loopbackOnly: true });
  expect(env.EMAIL_FROM).toBe(example["EMAIL_FROM"]);
});

it("reads who may receive email outside production", () => {
  const env = readEnv({
    ...good,
    EMAIL_ALLOW_TO: "QA@example.com, example.org",
    EMAIL_REDIRECT_TO: "Team@Bücher.example",
    EMAIL_RATE: "0.5",
    EMAIL_CONCURRENCY: "20",
  });
  expect(env).toMatchObject({
    EMAIL_ALLOW_TO: { addresses: ["qa@example.com"], domains: ["example.org"] },
    EMAIL_REDIRECT_TO: "Team@xn--bcher-kva.example",
    EMAIL_RATE: 0.5,
    EMAIL_CONCURRENCY: 20,
  });
});

it.each([
  [{}, true],
  [{ APP_ENV: "development" }, true],
  [{ APP_ENV: "staging" }, true],
  [{ APP_ENV: "staging", EMAIL_ALLOW_TO: "", EMAIL_REDIRECT_TO: "" }, true],
  [{ APP_ENV: "staging", EMAIL_ALLOW_TO: "example.org" }, false],
  [{ EMAIL_REDIRECT_TO: "team@example.com" }, false],
  [{ APP_ENV: "production" }, false],
])("with %j keeps email on this machine: %s", (env, loopbackOnly) => {
  expect(readEnv({ ...good, ...env }).loopbackOnly).toBe(loopbackOnly);
});

it("refuses one key for two uses", () => {
  const one = { ...good, EMAIL_KEY: `${good.EMAIL_KEY},${good.AUTH_SECRET}` };
  expect(() => readEnv(one)).toThrow(/EMAIL_KEY must share no key with AUTH_SECRET/);
});

it.each([
  ["DATABASE_URL", "mysql://value.example.com/app"],
  ["DIRECT_DATABASE_URL", "value"],
  ["EMAIL_KEY", "value"],
  ["OPT_OUT_KEY", "value"],
  ["AUTH_SECRET", "value"],
  ["UNSUBSCRIBE_KEY", "value"],
  ["APP_URL", "value"],
  ["EMAIL_FROM", "value"],
  ["EMAIL_FROM", "Name <hello@example.com>\r\nBcc: value@example.com"],
  ["EMAIL_FROM_SECURITY", "a@example.com, value@example.com"],
  ["EMAIL_FROM_ACCOUNT", "value@example.com <a@example.com>"],
  ["EMAIL_TRANSPORT", "value"],
  ["SES_CONFIGURATION_SET", "a value"],
  ["SES_SECURITY_CONFIGURATION_SET", "value,"],
  ["EMAIL_ALLOW_TO", "value"],
  ["EMAIL_ALLOW_TO", "*.value.example"],
  ["EMAIL_ALLOW_TO", ","],
  ["EMAIL_REDIRECT_TO", "value.example.com"],
  ["EMAIL_REDIRECT_TO", "a@example.com,value@example.com"],
  ["EMAIL_CONCURRENCY", "0"],
  ["EMAIL_CONCURRENCY", "1.5"],
  ["EMAIL_RATE", "0"],
  ["EMAIL_RATE", "-1"],
  ["EMAIL_RATE", "value"],
  ["EMAIL_RATE", "Infinity"],
  ["SES_EVENTS_QUEUE_URL", "value"],
  ["SES_EVENTS_TOPIC_ARN", "arn:aws:sqs:us-east-1:123456789012:value"],
  ["SMTP_PORT", "65536"],
  ["APP_ENV", "value"],
])("names a malformed setting, but not its value: %s=%j", (name, value) => {
  const read = () => readEnv({ ...good, [name]: value });
  expect(read).toThrow(new RegExp(`^The worker cannot start; see .env.example.\\n  ${name} .*$`));
  expect(read).not.toThrow("value.example");
});

it.each(["AWS_REGION", "SES_EVENTS_TOPIC_ARN"])(
  "requires %s when events come by a queue",
  (name) => {
    const env = {
      ...good,
      EMAIL_TRANSPORT: "smtp",
      SES_EVENTS_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/123456789012/ses-events",
    };
    expect(readEnv(env).SES_EVENTS_QUEUE_URL).toBe(env.SES_EVENTS_QUEUE_URL);
    expect(() => readEnv({ ...env, [name]: "" })).toThrow(`${name} is needed`);
  },
);

it("accepts a sender's name without the quotes that it needs in a header", () => {
  const EMAIL_FROM = "Example, Inc. <hello@example.com>";
  expect(readEnv({ ...good, EMAIL_FROM }).EMAIL_FROM).toBe(EMAIL_FROM);
});
