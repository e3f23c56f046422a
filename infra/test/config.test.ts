import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { KEYS } from "../src/config/keys.ts";
import { readSettings } from "../src/config/settings.ts";
import { PROVIDERS } from "../src/dns/providers.ts";
import { InfraError } from "../src/error.ts";

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
const settings = (config: Record<string, string>, region = "eu-central-1", stack = "dev") =>
  readSettings({
    project: "product",
    stack,
    raw: {
      ...(region && { "aws:region": region }),
      ...Object.fromEntries(
        Object.entries(config).map(([key, value]) => [`product:${key}`, value]),
      ),
    },
  });

describe("the documents", () => {
  test("configuration.md has every key as the code has it", async () => {
    const rows = Object.entries(KEYS).map(
      ([key, spec]) => `| \`${key}\` | ${spec.about} | ${spec.default} | \`${spec.example}\` |`,
    );
    const table = [
      "| Key | What it is | Default | Example |",
      "| --- | --- | --- | --- |",
      ...rows,
    ];
    const written = read("configuration.md")
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map((line) => line.replaceAll(/ +\|/g, " |").replaceAll(/\| -+/g, "| ---"));
    expect(written).toEqual(table);
  });

  test("Pulumi.example.yaml has every key of the project, with an example that is taken", () => {
    const example = read("Pulumi.example.yaml");
    const project = /^name: (.+)$/m.exec(read("Pulumi.yaml"))?.[1];
    const named = new RegExp(`^ {2}(?:# )?${project}:(\\w+):`, "gm");
    const found = [...example.matchAll(named)].map(([, key]) => key);
    expect(found).toEqual(Object.keys(KEYS));
  });
});

test("a domain and a region are enough", () => {
  expect(settings({ domain: "example.com" })).toMatchObject({
    name: "product-dev",
    mailFromDomain: "bounce.example.com",
    configurationSet: "product-dev",
    securityConfigurationSet: "product-dev-security",
    dns: { provider: PROVIDERS.manual },
    dkimHost: "dkim.amazonses.com",
    events: { to: "sqs" },
    sender: { kind: "user", accessKeys: ["a"] },
    from: ["*@example.com"],
  });
});

test("every example is taken where it belongs", () => {
  const OIDC = {
    sender: "role",
    oidcIssuer: KEYS.oidcIssuer.example,
    oidcAudience: KEYS.oidcAudience.example,
    oidcSubject: KEYS.oidcSubject.example,
  };
  const together: Record<string, Record<string, string>> = {
    zoneId: { dns: "route53" },
    dns: { zoneId: "Z1" },
    webhookUrl: { events: "https" },
    events: { webhookUrl: KEYS.webhookUrl.example },
    lambdaArn: { events: "lambda", lambdaRole: "ses-events-role" },
    lambdaRole: { events: "lambda", lambdaArn: KEYS.lambdaArn.example },
    existing: { configurationSet: "mine", securityConfigurationSet: "mine-security" },
    sender: { roleTrusts: KEYS.roleTrusts.example },
    roleTrusts: { sender: "role" },
    oidcIssuer: OIDC,
    oidcAudience: OIDC,
    oidcSubject: OIDC,
  };
  for (const [key, { example }] of Object.entries(KEYS)) {
    const config = { domain: "example.com", ...together[key], [key]: example };
    expect(() => settings(config), key).not.toThrow();
  }
});

test("a list is taken as the command line and as YAML give it", () => {
  const lists = ["a@example.com,b@example.com", '["a@example.com","b@example.com"]'];
  for (const from of lists) {
    expect(settings({ domain: "example.com", from }).from).toEqual([
      "a@example.com",
      "b@example.com",
    ]);
  }
});

test.each<[string, Record<string, string>, RegExp]>([
  ["no domain", {}, /^product:domain must be a domain .*: pulumi config set domain example\.com$/],
  ["a domain in capitals", { domain: "Example.com" }, /^product:domain must be a domain/],
  ["an address for a domain", { domain: "a@example.com" }, /^product:domain must be a domain/],
  ["a key that is misspelled", { domian: "example.com" }, /^product:domian is no key; .*domain,/],
  ["an unknown DNS provider", { dns: "namecheap" }, /^product:dns must be one of manual, route53/],
  ["route53 without a zone", { dns: "route53" }, /^product:zoneId is needed with dns:/],
  ["a zone without a provider", { zoneId: "Z1" }, /^product:zoneId has no effect without dns/],
  ["https without a webhook", { events: "https" }, /^product:webhookUrl is needed with events/],
  [
    "a webhook without TLS",
    { events: "https", webhookUrl: "http://app.example.com/webhooks/ses" },
    /^product:webhookUrl must be an https:\/\//,
  ],
  [
    "a function without its role",
    { events: "lambda", lambdaArn: KEYS.lambdaArn.example },
    /lambdaRole is needed/,
  ],
  [
    "a function in another region",
    {
      events: "lambda",
      lambdaArn: KEYS.lambdaArn.example.replace("eu-central-1", "us-east-1"),
      lambdaRole: "ses-events-role",
    },
    /^product:lambdaArn must be of eu-central-1, as the queue is/,
  ],
  [
    "a MAIL FROM with the domain",
    { mailFrom: "bounce.example.com" },
    /^product:mailFrom must be without \.example\.com: pulumi config set mailFrom bounce$/,
  ],
  ["a MAIL FROM in capitals", { mailFrom: "Bounce" }, /^product:mailFrom must be a subdomain/],
  [
    "MAIL FROM of an identity that the stack leaves alone",
    { identity: "existing", mailFrom: "bounce" },
    /^product:mailFrom has no effect with identity: existing: pulumi config rm mailFrom$/,
  ],
  [
    "what SES does without its MX record there",
    { identity: "existing", mailFromFailure: "reject" },
    /^product:mailFromFailure has no effect with identity: existing: pulumi config rm/,
  ],
  [
    "a host of DKIM's records that are not made",
    { identity: "existing", dkimHost: "dkim.amazonses.com" },
    /^product:dkimHost has no effect with identity: existing, or existing: dkim: pulumi config rm/,
  ],
  [
    "a time to deliver in a set that stays as it is",
    {
      existing: "configurationSets",
      configurationSet: "mine",
      securityConfigurationSet: "mine-security",
      securityDeliverySeconds: "900",
    },
    /^product:securityDeliverySeconds has no effect with existing: configurationSets: pulumi/,
  ],
  [
    "keys of a role",
    { sender: "role", roleTrusts: "ecs-tasks.amazonaws.com", accessKeys: "b" },
    /^product:accessKeys has no effect with sender: role: pulumi config rm accessKeys$/,
  ],
  ["a role that nobody may take", { sender: "role" }, /^product:roleTrusts is needed with sender/],
  ["a role that anybody may take", { sender: "role", roleTrusts: "*" }, /^product:roleTrusts must/],
  [
    "a workload without a subject",
    {
      sender: "role",
      oidcIssuer: "https://token.actions.githubusercontent.com",
      oidcAudience: "sts.amazonaws.com",
    },
    /^product:oidcSubject is needed with oidcIssuer: pulumi config set oidcSubject owner:/,
  ],
  [
    "a subject that everybody at the issuer has",
    {
      sender: "role",
      oidcIssuer: "https://token.actions.githubusercontent.com",
      oidcAudience: "sts.amazonaws.com",
      oidcSubject: "repo:*",
    },
    /^product:oidcSubject must be at least two parts/,
  ],
  [
    "both kinds of trust",
    {
      sender: "role",
      roleTrusts: "ecs-tasks.amazonaws.com",
      oidcIssuer: "https://oidc.fly.io/acme",
      oidcAudience: "sts.amazonaws.com",
      oidcSubject: "acme:app:*",
    },
    /^product:oidcIssuer has no effect without sender: role, or beside roleTrusts/,
  ],
  [
    "Route 53's zone by its domain",
    { dns: "route53", zoneId: "example.com" },
    /^product:zoneId must be, with dns: route53, the id of a hosted zone/,
  ],
  ["three access keys", { accessKeys: "a,b,c" }, /^product:accessKeys must be one or two names/],
  ["an unknown grant", { grants: "send,all" }, /^product:grants must be one of send, quota/],
  ["a From of another domain", { from: "a@example.org" }, /^product:from has a@example\.org/],
  ["a From of any domain", { from: "*@*" }, /^product:from must be addresses/],
  ["a moment to deliver", { securityDeliverySeconds: "60" }, /must be a whole number from 300/],
  ["a day to deliver", { securityDeliverySeconds: "86400" }, /must be a whole number from 300/],
  ["one set for both", { securityConfigurationSet: "product-dev" }, /must be another than/],
  ["a flag in words", { apexSpf: "yes" }, /^product:apexSpf must be one of true, false/],
  ["half a list", { from: '["a@example.com"' }, /^product:from must be a list as a,b or JSON:/],
  ["a list without an entry", { from: "[]" }, /^product:from must be a list of at least one/],
])("%s is refused in one line that says what to set", (_, config, line) => {
  const domain =
    "domian" in config || Object.keys(config).length === 0 ? {} : { domain: "example.com" };
  const attempt = () => settings({ ...domain, ...config });
  expect(attempt).toThrow(InfraError);
  expect(attempt).toThrow(line);
  expect(attempt).not.toThrow(/\n/);
});

test.each(["", ":live", ":7", ":$LATEST"])("a function's ARN is taken with the end %j", (end) => {
  const lambdaArn = `${KEYS.lambdaArn.example}${end}`;
  const config = { domain: "example.com", events: "lambda", lambdaArn, lambdaRole: "ours" };
  expect(settings(config).events).toMatchObject({ functionArn: lambdaArn });
});

test("existing configuration sets are named, both of them", () => {
  const config = { domain: "example.com", existing: "configurationSets" };
  expect(() => settings({ ...config, securityConfigurationSet: "mine-security" })).toThrow(
    /^product:configurationSet is needed with existing: configurationSets: pulumi config set/,
  );
  expect(() => settings({ ...config, configurationSet: "mine" })).toThrow(
    /^product:securityConfigurationSet is needed with existing: configurationSets/,
  );
});

test.each(["feature.x", "s".repeat(60)])("a stack's name that AWS cannot take: %s", (stack) => {
  expect(() => settings({ domain: "example.com" }, "eu-central-1", stack)).toThrow(
    /^the stack's name .*: pulumi stack rename dev$/,
  );
});

test("a region that the program does not know is refused, unless DKIM's host is given", () => {
  const config = { domain: "example.com" };
  expect(() => settings(config, "mx-central-1")).toThrow(
    /^product:dkimHost is needed in mx-central-1, .*: pulumi config set dkimHost dkim\.mx-central-1/,
  );
  const dkimHost = "dkim.mx-central-1.amazonses.com";
  expect(settings({ ...config, dkimHost }, "mx-central-1").dkimHost).toBe(dkimHost);
  expect(settings({ ...config, identity: "existing" }, "mx-central-1").dkimHost).toBeUndefined();
});

test.each(["cn-north-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1"])(
  "a region of another partition than AWS's own and GovCloud is refused: %s",
  (region) => {
    const config = { domain: "example.com", dkimHost: "dkim.example.net" };
    expect(() => settings(config, region)).toThrow(
      new RegExp(`^aws:region is ${region}, .*: pulumi config set aws:region eu-central-1$`),
    );
  },
);

test.each([
  "system:serviceaccount:default:app",
  "repo:acme/app:ref:refs/heads/main",
  "repo:acme/app:*",
  "acme:app:*",
  "owner:acme:project:app:environment:production",
])("the subject %s of a platform's token is taken", (oidcSubject) => {
  const config = { domain: "example.com", sender: "role", oidcSubject };
  const oidc = { oidcIssuer: "https://oidc.example.net/acme", oidcAudience: "sts.amazonaws.com" };
  expect(settings({ ...config, ...oidc }).sender).toMatchObject({
    trusts: { kind: "oidc", issuer: "oidc.example.net/acme", subject: oidcSubject },
  });
});

test("a missing region is named", () => {
  expect(() => settings({ domain: "example.com" }, "")).toThrow(
    "aws:region is missing: pulumi config set aws:region eu-central-1",
  );
});
