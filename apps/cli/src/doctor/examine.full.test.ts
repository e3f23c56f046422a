import { brand } from "@repo/brand";
import { pendingMigrations } from "@repo/db/migrate";
import { useTestDb } from "@repo/db/testing";
import { applyEvents } from "@repo/email/events";
import { createEnqueue } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { createHeartbeat } from "@repo/email/operations";
import { templates } from "@repo/templates/registry";
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createClients } from "./clients.ts";
import { examine } from "./examine.ts";
import type { Finding } from "./finding.ts";
import { createDns } from "./resolver.ts";
import { type Answers, startAws } from "./test/aws.ts";
import { type Zone, startDns } from "@repo/testing/dns-server";
import { account, denied, destinations, queue, subscriptions } from "./test/answers.ts";
import { brokenAccount } from "./test/broken/account.ts";
import { brokenCredentials } from "./test/broken/credentials.ts";
import { brokenDatabase } from "./test/broken/database.ts";
import { brokenDns } from "./test/broken/dns.ts";
import { brokenEnvironment } from "./test/broken/environment.ts";
import { brokenEvents } from "./test/broken/events.ts";
import { brokenIdentity } from "./test/broken/identity.ts";
import { brokenPairs } from "./test/broken/pairs.ts";
import type { Broken, State } from "./test/state.ts";
import * as well from "./test/well.ts";

let answers: Answers = well.aws;
let zones: { world: Zone; own: Zone } = { world: well.zone, own: well.zone };

process.env["AWS_ACCESS_KEY_ID"] = "AKIAEXAMPLE";
process.env["AWS_SECRET_ACCESS_KEY"] = "the-secret-of-the-tests";
process.env["AWS_EC2_METADATA_DISABLED"] = "true";
const test = await useTestDb();
const aws = await startAws(() => answers);
const resolver = await startDns(() => zones.world);
const authority = await startDns(() => zones.own);
afterAll(() => {
  for (const server of [aws, resolver, authority]) server.close();
});
const enqueue = createEnqueue({ keys: keysOf(well.env["EMAIL_KEY"]!), templates });
const queueOne = () =>
  enqueue(test.db, {
    template: "verify-email",
    to: "sam@example.org",
    props: { url: "https://app.example.org/?token=1", expiresInMinutes: 60 },
  });
beforeEach(async () => {
  await test.db.event.deleteMany();
  await test.db.message.deleteMany();
  await test.db.suppression.deleteMany();
  await test.db.$executeRaw`UPDATE sending_status SET stopped_by = NULL, paused = NULL`;
  await test.db.$executeRaw`DELETE FROM workers`;
  await createHeartbeat(test.db, "test").beat(0);
  const { id } = await queueOne();
  await applyEvents(test.db, [
    {
      sesMessageId: "0100",
      messageId: id,
      type: "Delivery",
      recipient: "sam@example.org",
      dedupeKey: "1",
      occurredAt: new Date(),
      detail: {},
    },
  ]);
});
async function examined(state: State): Promise<Finding[]> {
  answers = { ...well.aws, ...state.aws };
  const world = { ...well.zone, ...state.dns };
  zones = { world, own: { ...world, ...state.own } };
  await state.db?.(test.db);
  const findings: Finding[] = [];
  const examination = examine({
    source: { ...well.env, ...state.env },
    isProduction: state.production ?? true,
    brand: { ...brand, ...well.brand, ...state.brand },
    clients: (region) =>
      createClients(region, { endpoint: aws.url, answer: state.answer ?? 5_000 }),
    dns: createDns({
      servers: [`127.0.0.1:${resolver.port}`],
      port: authority.port,
      timeout: 300,
    }),
    database: state.database ?? {
      db: test.db,
      pendingMigrations: state.pending ?? (async () => []),
      setting: state.setting,
    },
    to: state.to,
    progress: () => {},
  });
  for await (const finding of examination) findings.push(finding);
  return findings;
}

it("finds nothing wrong where all is well", async () => {
  const findings = await examined({ to: "sam@example.org" });
  expect(findings.filter(({ status }) => status !== "ok")).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual([
    "environment",
    "brand",
    "credentials",
    "rights",
    "erasure",
    "identity",
    "DKIM",
    "MAIL FROM",
    "DNS: DKIM",
    "DNS: MX",
    "DNS: SPF",
    "DNS: DMARC",
    "sending",
    "sandbox",
    "quota",
    "plan",
    "event destination",
    "event destination",
    "topic",
    "subscription",
    "queue",
    "dead letters",
    "SES's suppression",
    "database",
    "migrations",
    "worker",
    "last event",
    "suppression",
  ]);
});

it("counts one email as 1 email", async () => {
  const all = (await examined({ db: queueOne })).map(({ found }) => found);
  expect(all).toContain("alive, 1 email is due");
  expect(all).toContain("bounce.example.org includes SES (1 look-up of 10)");
  expect(all.join("\n")).not.toMatch(/\b1 [a-z-]+s\b/);
});

it("counts no email as due that waits for its next try", async () => {
  const { id } = await queueOne();
  await queueOne();
  const dueAt = new Date(Date.now() + 60_000);
  await test.db.message.update({ where: { id }, data: { attemptCount: 1, dueAt } });
  const all = (await examined({})).map(({ found }) => found);
  expect(all).toContain("alive, 1 email is due");
});

it("counts no look-ups of an SPF redirect that receivers ignore", async () => {
  const record = "v=spf1 redirect=bounce.example.org include:amazonses.com -all";
  const findings = await examined({ dns: { "bounce.example.org TXT": [record] } });
  const spf = findings.find(({ check }) => check === "DNS: SPF");
  expect(spf?.found).toBe("bounce.example.org includes SES (1 look-up of 10)");
});

it.each<[string, State]>([
  [
    "SES's SMTP in the same region",
    { env: { EMAIL_TRANSPORT: "smtp", SMTP_HOST: "email-smtp.eu-west-1.amazonaws.com" } },
  ],
  [
    "a host of SMTP that the API does not use",
    { env: { SMTP_HOST: "email-smtp.eu-central-1.amazonaws.com" } },
  ],
  [
    "a DMARC record that the domain's own servers delegate",
    { own: { "_dmarc.example.org TXT": [] } },
  ],
  [
    "an SPF record with a final dot",
    {
      dns: { "bounce.example.org TXT": ["v=spf1 include:amazonses.com. ~all"] },
    },
  ],
  [
    "an SPF record with each kind of term",
    {
      dns: {
        "bounce.example.org TXT": [
          "v=spf1 +include:amazonses.com a mx:a.example.org/24//64 a/24 exists:%{i}.example.org ip4:192.0.2.0/24 IP6:2001:db8::/32 exp=why.example.org x-y=1 ?all",
        ],
      },
    },
  ],
  [
    "a MAIL FROM domain beside the sender's, in one organisation",
    {
      env: { EMAIL_FROM: "hello@news.example.org" },
      dns: { "_dmarc.example.org TXT": ["v=DMARC1; p=reject; adkim=s"] },
    },
  ],
  [
    "a MAIL FROM domain beside the sender's, which has a DMARC record of its own",
    {
      env: { EMAIL_FROM: "hello@news.example.org" },
      dns: { "_dmarc.news.example.org TXT": ["v=DMARC1; p=reject; adkim=s"] },
    },
  ],
  [
    "a queue's policy for all topics of the account",
    {
      aws: queue({
        Policy: JSON.stringify({
          Statement: {
            Effect: "Allow",
            Principal: "*",
            Action: ["sqs:Send*"],
            Condition: { ArnLike: { "aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:*" } },
          },
        }),
      }),
    },
  ],
  [
    "an unconfirmed subscription beside the confirmed one",
    {
      aws: subscriptions(
        { ...well.subscription, SubscriptionArn: "PendingConfirmation" },
        well.subscription,
      ),
    },
  ],
  [
    "a set that turns the account's engagement metrics off",
    {
      aws: {
        "ses:GetConfigurationSet": () => ({
          VdmOptions: { DashboardOptions: { EngagementMetrics: "DISABLED" } },
        }),
        ...account({
          VdmAttributes: {
            VdmEnabled: "ENABLED",
            DashboardAttributes: { EngagementMetrics: "ENABLED" },
          },
        }),
      },
    },
  ],
])("finds nothing wrong with %s", async (_, state) => {
  const findings = await examined(state);
  expect(findings.filter(({ status }) => !["ok", "skipped"].includes(status))).toEqual([]);
});

it("names a right that it lacks for every configuration set once", async () => {
  const findings = await examined({ aws: { "ses:GetConfigurationSet": denied } });
  expect(findings.filter(({ status }) => status !== "ok").map(({ check }) => check)).toEqual([
    "configuration set",
  ]);
});

it("checks the events of a set that has engagement metrics", async () => {
  const tracks = { VdmOptions: { DashboardOptions: { EngagementMetrics: "ENABLED" } } };
  const findings = await examined({
    aws: { "ses:GetConfigurationSet": tracks, ...destinations() },
  });
  const wrong = findings.filter(({ status }) => status !== "ok");
  expect(wrong.map(({ check, status }) => [check, status])).toEqual([
    ["configuration set", "warning"],
    ["event destination", "failed"],
    ["configuration set", "failed"],
    ["event destination", "failed"],
  ]);
});

it("says that it cannot see the account's engagement metrics, once", async () => {
  const findings = await examined({ aws: { "ses:GetAccount": denied } });
  const wrong = findings.filter(({ status }) => status !== "ok");
  expect(wrong.map(({ check, found }) => `${check}: ${found}`)).toEqual([
    "account: cannot be checked: the credentials lack ses:GetAccount",
    "configuration set: the account's engagement metrics cannot be seen: SES may rewrite links",
  ]);
});

it("does not say that SNS posts the events to web, where a function takes them", async () => {
  const findings = await examined({ env: { SES_EVENTS_QUEUE_URL: "" } });
  expect(findings.filter(({ status }) => status === "failed")).toEqual([]);
  expect(findings.find(({ check }) => check === "queue")).toMatchObject({
    status: "skipped",
    found: "SES_EVENTS_QUEUE_URL is not set: the worker reads no queue",
  });
});

it("looks at the dead letters of the webhook", async () => {
  const Endpoint = "https://app.example.org/webhooks/ses";
  const findings = await examined({
    env: { SES_EVENTS_QUEUE_URL: "" },
    aws: subscriptions({ ...well.subscription, Protocol: "https", Endpoint }),
  });
  expect(findings).toContainEqual({ check: "dead letters", status: "ok", found: "none" });
});

it("does not judge the rights of a person's profile as those of the app", async () => {
  const findings = await examined({ env: { AWS_PROFILE: "me" } });
  const [rights, ...others] = findings.filter(({ status }) => status !== "ok");
  expect(others).toEqual([]);
  expect(rights).toMatchObject({ check: "rights", found: expect.stringMatching(/Run it without/) });
  expect(findings.map(({ check }) => check)).not.toContain("erasure");
});

const BROKEN: Broken = {
  ...brokenEnvironment,
  ...brokenCredentials,
  ...brokenIdentity,
  ...brokenDns,
  ...brokenAccount,
  ...brokenEvents,
  ...brokenDatabase,
  ...brokenPairs,
};

describe("names the cause first, with the next step", () => {
  it.each(Object.entries(BROKEN))("%s", async (_what, [state, first]) => {
    const findings = await examined(state);
    const [wrong] = findings.filter(({ status }) => status === "failed" || status === "warning");
    const sign = wrong?.status === "failed" ? "✗" : "!";
    expect(`${sign} ${wrong?.check}: ${wrong?.found} → ${wrong?.next}`).toMatch(first);
    // The person's own default region may be another one.
    for (const { next = "" } of findings)
      for (const [command] of next.matchAll(/aws (?:sesv2|sns|sqs) [^,]*/g))
        expect(command).toContain(`--region ${state.env?.["AWS_REGION"] ?? "eu-west-1"}`);
    // The check itself explains the error. `guarded` would only report it.
    expect(JSON.stringify(findings)).not.toMatch(/could not be checked|was not finished|NoFixture/);
    for (const value of [...Object.values(state.env ?? {}), "the-secret-of-the-tests"]) {
      if (/secret|key/.test(value)) expect(JSON.stringify(findings)).not.toContain(value);
    }
  });
});

it("says that the database does not answer", async () => {
  const unreachable = new URL(test.url);
  unreachable.port = "1";
  const state = { pending: () => pendingMigrations(unreachable.href) };
  const findings = await examined(state);
  expect(findings.filter(({ status }) => status !== "ok")).toMatchObject([
    { check: "database", status: "failed", found: expect.stringContaining("No connection") },
  ]);
});

it("names the setting of the address that does not answer, and no next step that does not fit", async () => {
  const unreachable = new URL(test.url);
  unreachable.port = "1";
  const pending = () => pendingMigrations(unreachable.href);
  const [silent] = await databaseFindings({ pending, setting: "DIRECT_DATABASE_URL" });
  expect(silent?.next).toBe("Start the database, or correct DIRECT_DATABASE_URL");
  const [closed] = await databaseFindings({
    pending: () => pendingMigrations(`${test.url}?sslmode=verify-full`),
  });
  expect(closed?.found).toContain("does not support SSL");
  expect(closed?.next).toBe("Correct DATABASE_URL");
});

const databaseFindings = async (state: State) =>
  (await examined(state)).filter(({ check }) => check === "database");

it.each([
  [{ CurrentPlan: "NONE" }, "none: pay as you go"],
  [
    { CurrentPlan: "ESSENTIALS" },
    "ESSENTIALS: this app uses no tool of it (AWS_PROFILE=default pnpm aws:plan)",
  ],
  [
    { CurrentPlan: "PRO", NextPlan: "NONE" },
    "PRO: this app uses no tool of it; NONE from next month",
  ],
])("says what plan the account has: %o", async (PricingAttributes, found) => {
  const findings = await examined({ aws: account({ PricingAttributes }) });
  expect(findings).toContainEqual({ check: "plan", status: "ok", found });
});

it("names the missing migrations", async () => {
  const findings = await examined({ pending: async () => ["20300131_more"] });
  expect(findings.filter(({ status }) => status !== "ok")).toMatchObject([
    {
      check: "migrations",
      found: expect.stringContaining("20300131_more"),
      next: expect.stringContaining("pnpm db:deploy"),
    },
  ]);
});

it("says that there are no credentials", async () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  delete process.env["AWS_ACCESS_KEY_ID"];
  delete process.env["AWS_SECRET_ACCESS_KEY"];
  process.env["AWS_SHARED_CREDENTIALS_FILE"] = "/nowhere";
  process.env["AWS_CONFIG_FILE"] = "/nowhere";
  onTestFinished(() => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
    delete process.env["AWS_SHARED_CREDENTIALS_FILE"];
    delete process.env["AWS_CONFIG_FILE"];
  });
  const named = await examined({ env: { AWS_PROFILE: "work" } });
  expect(named.find(({ check }) => check === "credentials")).toMatchObject({
    found: "the profile work (AWS_PROFILE) has none on this machine",
    next: expect.stringContaining("aws configure list-profiles"),
  });
  const findings = await examined({});
  const wrong = findings.filter(({ status }) => status === "failed");
  expect(wrong).toEqual([
    {
      check: "credentials",
      status: "failed",
      found: "there are none",
      next: expect.stringContaining("aws sso login"),
    },
  ]);
  // What needs no credentials is checked all the same.
  expect(findings.map(({ check }) => check)).toEqual(
    expect.arrayContaining(["DNS: DMARC", "database", "worker"]),
  );
});

it("asks the stand-in only what it can answer, and says why it skips the rest", async () => {
  const env = { APP_ENV: "development", AWS_ENDPOINT_URL_SESV2: aws.url };
  const findings = await examined({ env, production: false });
  expect(findings.filter(({ status }) => status === "failed")).toEqual([]);
  const skipped = findings.filter(({ status }) => status === "skipped");
  expect(skipped.map(({ check }) => check)).toEqual(["credentials", "DNS", "events"]);
});

it("says that the stand-in does not run", async () => {
  const env = { APP_ENV: "development", AWS_ENDPOINT_URL_SESV2: aws.url };
  const state = { env, production: false, aws: { "ses:GetAccount": "silence" as const } };
  const findings = await examined({ ...state, answer: 200 });
  expect(findings.filter(({ status }) => status === "failed")).toEqual([
    { check: "stand-in", status: "failed", found: "ses-local does not answer", next: "pnpm dev" },
  ]);
});

it("finds the parent domain's identity, if the credentials may read only that one", async () => {
  const findings = await examined({
    env: { EMAIL_FROM: "hello@app.example.org" },
    aws: { "ses:GetEmailIdentity": (name) => (name === "example.org" ? well.identity : denied) },
  });
  expect(findings.filter(({ status }) => status !== "ok")).toEqual([]);
});
