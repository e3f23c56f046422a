// The program takes what `pnpm aws:init` writes.
import { expect, test } from "vitest";
import type { Answers } from "../../tools/setup/src/aws-init/answers.ts";
import { configurationOf } from "../../tools/setup/src/aws-init/configuration.ts";
import { KEYS } from "../src/config/keys.ts";
import { readSettings } from "../src/config/settings.ts";

const ANSWERS: Answers = {
  domain: "example.com",
  from: "Acme <hello@example.com>",
  securityFrom: "security@example.com",
  region: "eu-central-1",
  dns: "manual",
  zoneId: "",
  runs: "server",
  appUrl: "https://app.example.com",
  reportsTo: "dmarc@example.com",
  tester: "you@example.com, me@example.com",
  state: "s3://acme-state?region=eu-central-1",
};

test.each<[string, Partial<Answers>]>([
  ["with a key and a queue", {}],
  ["with the least", { securityFrom: "", reportsTo: "", tester: "" }],
  ["on ECS", { runs: "ecs" }],
  ["with a webhook", { runs: "cron" }],
  ["at Route 53", { dns: "route53", zoneId: "Z0123456789ABCDEFGHIJ" }],
  ["at Cloudflare", { dns: "cloudflare", zoneId: "023e105f4ecef8ad9ca31a8372d0c353" }],
  ["at DigitalOcean", { dns: "digitalocean", zoneId: "example.com" }],
])("a configuration of pnpm aws:init is taken: %s", (_what, answers) => {
  const written = configurationOf({ ...ANSWERS, ...answers });
  expect(Object.keys(KEYS)).toEqual(expect.arrayContaining(Object.keys(written)));
  const entries = Object.entries(written)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [
      `product:${key}`,
      Array.isArray(value) ? JSON.stringify(value) : value,
    ]);
  const raw = { "aws:region": ANSWERS.region, ...Object.fromEntries(entries) };
  const settings = readSettings({ project: "product", stack: "dev", raw });
  expect(settings.from[0]).toBe("hello@example.com");
  expect(settings.sender.kind).toBe(answers.runs === "ecs" ? "role" : "user");
});
