import { expect, it } from "vitest";
import { mergeEnv, parseFile, portsOf } from "./env.ts";

const example = {
  PORT: "3000",
  PREVIEW_PORT: "3001",
  SES_LOCAL_PORT: "3002",
  SES_LOCAL_SMTP_PORT: "1025",
  SES_LOCAL_WEBHOOK: "http://localhost:3000/webhooks/ses",
  APP_URL: "http://localhost:3000",
  AWS_ENDPOINT_URL_SESV2: "http://localhost:3002",
  SMTP_PORT: "1025",
  EMAIL_FROM: "Example <hello@example.com>",
};

it("reads .env.example if there is no .env", () => {
  expect(mergeEnv(example, {}, {})).toEqual(example);
});

it("takes missing settings from .env.example: one line in .env is enough", () => {
  expect(mergeEnv(example, { PORT: "4000" }, {})).toEqual({
    ...example,
    PORT: "4000",
    APP_URL: "http://localhost:4000",
    SES_LOCAL_WEBHOOK: "http://localhost:4000/webhooks/ses",
  });
});

it("unsets a setting by an empty value in .env, for example to use real SES", () => {
  const own = { AWS_ENDPOINT_URL_SESV2: "" };
  expect(mergeEnv(example, own, {})).not.toHaveProperty("AWS_ENDPOINT_URL_SESV2");
});

it("lets ses-local post no events to an app that uses real SES", () => {
  const own = { AWS_ENDPOINT_URL_SESV2: "", PORT: "4000" };
  expect(mergeEnv(example, own, {})).not.toHaveProperty("SES_LOCAL_WEBHOOK");
});

it("prefers the environment, where an empty value unsets too", () => {
  const env = mergeEnv(example, example, { EMAIL_FROM: "other@example.com", APP_URL: "" });
  expect(env["EMAIL_FROM"]).toBe("other@example.com");
  expect(env).not.toHaveProperty("APP_URL");
});

it("adapts the addresses to the ports", () => {
  const ports = { PORT: "4000", SES_LOCAL_PORT: "4002", SES_LOCAL_SMTP_PORT: "4025" };
  expect(mergeEnv(example, example, ports)).toMatchObject({
    APP_URL: "http://localhost:4000",
    AWS_ENDPOINT_URL_SESV2: "http://localhost:4002",
    SES_LOCAL_WEBHOOK: "http://localhost:4000/webhooks/ses",
    SMTP_PORT: "4025",
  });
});

it("does not change an address on another host", () => {
  const own = { ...example, APP_URL: "https://app.example.com" };
  expect(mergeEnv(example, own, { PORT: "4000" })["APP_URL"]).toBe("https://app.example.com");
});

it.each(["", "abc", "0", "70000", "1.5"])("refuses the port %j, naming the variable", (port) => {
  expect(() => portsOf({ ...example, PREVIEW_PORT: port })).toThrow(/^PREVIEW_PORT/);
});

it("refuses one port for two services, naming both", () => {
  expect(() => portsOf({ ...example, PREVIEW_PORT: "3000" })).toThrow(/^PORT and PREVIEW_PORT/);
});

it("reads a .env with a byte order mark, and refuses one in UTF-16", () => {
  expect(parseFile(".env", "\uFEFFPORT=4000\n")).toEqual({ PORT: "4000" });
  const utf16 = Buffer.from("\uFEFFPORT=4000\r\n", "utf16le").toString();
  expect(() => parseFile(".env", utf16)).toThrow(
    expect.objectContaining({
      code: "ENV_FILE_UNREADABLE",
      message: expect.stringContaining(".env"),
    }),
  );
});
