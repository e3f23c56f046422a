import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { expect, it } from "vitest";
import { readEnv } from "./env.ts";

const good = {
  APP_URL: "https://app.example.com",
  AUTH_SECRET: "a".repeat(32),
  EMAIL_KEY: "b".repeat(32),
  UNSUBSCRIBE_KEY: "c".repeat(32),
  OPT_OUT_KEY: "e".repeat(32),
  DATABASE_URL: "postgresql://user:password@db.example.com/app",
  SES_EVENTS_TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:ses-events",
};

it("accepts .env.example plus a DATABASE_URL", () => {
  const example = readFileSync(`${import.meta.dirname}/../../../.env.example`, "utf8");
  const defaults = { DATABASE_URL: good.DATABASE_URL };
  expect(readEnv(defaults, parseEnv(example))).toMatchObject({
    PORT: 3000,
    APP_URL: "http://localhost:3000",
    APP_ENV: "development",
    TRUST_PROXY: 0,
    KEEP_ALIVE_SECONDS: 75,
  });
});

it("prefers a set value to the default, and treats an empty value as not set", () => {
  const env = readEnv({ DATABASE_URL: good.DATABASE_URL }, { ...good, PORT: "", DATABASE_URL: "" });
  expect(env).toMatchObject({ PORT: 3000, DATABASE_URL: good.DATABASE_URL });
  expect(readEnv({ PORT: "1" }, { ...good, PORT: "2" }).PORT).toBe(2);
});

it("names each setting that is missing", () => {
  expect(() => readEnv({}, {})).toThrow(
    /APP_URL is not set\n.*AUTH_SECRET is not set\n.*EMAIL_KEY is not set\n.*OPT_OUT_KEY is not set\n.*UNSUBSCRIBE_KEY is not set\n.*DATABASE_URL is not set\n.*SES_EVENTS_TOPIC_ARN is not set/,
  );
});

it.each([
  ["PORT", "eighty"],
  ["PORT", "70000"],
  ["APP_URL", "app.example.com"],
  ["APP_URL", "ftp://app.example.com"],
  ["APP_URL", "https://app.example.com/path"],
  ["APP_ENV", "live"],
  ["AUTH_SECRET", "short"],
  ["EMAIL_KEY", "short"],
  ["UNSUBSCRIBE_KEY", `${"c".repeat(32)},short`],
  ["OPT_OUT_KEY", "short"],
  ["DATABASE_URL", "mysql://db.example.com/app"],
  ["SES_EVENTS_TOPIC_ARN", "ses-events"],
  ["SES_EVENTS_TOPIC_ARN", "arn:aws:sqs:us-east-1:123456789012:ses-events"],
  ["TRUST_PROXY", "-1"],
  ["KEEP_ALIVE_SECONDS", "0"],
  ["DRAIN_SECONDS", "-1"],
  ["TRUST_PROXY", "yes"],
  ["LIMIT_SCALE", "0"],
  ["LOG_LEVEL", "loud"],
])("names a malformed setting, but not its value: %s=%s", (name, value) => {
  const read = () => readEnv({}, { ...good, [name]: value });
  expect(read).toThrow(new RegExp(`^The app cannot start; see .env.example.\\n  ${name} .*$`));
  expect(read).not.toThrow(value);
});

it("refuses development-only values in production", () => {
  const production = { ...good, APP_ENV: "production" };
  expect(readEnv({}, production).APP_ENV).toBe("production");
  expect(readEnv({}, { ...production, APP_URL: "http://localhost:3000" }).APP_URL).toBeDefined();
  const url = { ...production, APP_URL: "http://app.example.com" };
  expect(() => readEnv({}, url)).toThrow(/APP_URL must be https/);
  const topic = {
    ...production,
    SES_EVENTS_TOPIC_ARN: "arn:aws:sns:us-east-1:000000000000:ses-events",
  };
  expect(() => readEnv({}, topic)).toThrow(/SES_EVENTS_TOPIC_ARN is the value from .env.example/);
  const unlimited = { ...production, LIMIT_SCALE: "1000" };
  expect(() => readEnv({}, unlimited)).toThrow(/LIMIT_SCALE is for load tests/);
  for (const name of ["AUTH_SECRET", "EMAIL_KEY", "UNSUBSCRIBE_KEY"]) {
    // Also as an older key.
    const env = { ...production, [name]: `${"n".repeat(32)},development-only-${"0".repeat(28)}` };
    expect(() => readEnv({}, env)).toThrow(new RegExp(`${name} has the value from .env.example`));
  }
});

it("refuses contradicting settings, and one key for two uses", () => {
  const built = { ...good, NODE_ENV: "production" };
  expect(() => readEnv({}, built)).toThrow(/APP_ENV is development while NODE_ENV is production/);
  for (const APP_ENV of ["staging", "production"]) readEnv({}, { ...built, APP_ENV });
  const one = { ...good, EMAIL_KEY: `${good.EMAIL_KEY},${good.AUTH_SECRET}` };
  expect(() => readEnv({}, one)).toThrow(/EMAIL_KEY must share no key with AUTH_SECRET/);
  const links = { ...good, UNSUBSCRIBE_KEY: `${"d".repeat(32)},${good.EMAIL_KEY}` };
  expect(() => readEnv({}, links)).toThrow(/UNSUBSCRIBE_KEY must share no key with EMAIL_KEY/);
  const optOut = { ...good, OPT_OUT_KEY: good.EMAIL_KEY };
  expect(() => readEnv({}, optOut)).toThrow(/OPT_OUT_KEY must share no key with EMAIL_KEY/);
  const two = { ...good, OPT_OUT_KEY: `${"f".repeat(32)},${"g".repeat(32)}` };
  expect(() => readEnv({}, two)).toThrow(/OPT_OUT_KEY must be one key/);
});
