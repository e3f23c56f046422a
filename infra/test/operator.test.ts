// Whether operator-policy.json allows what Pulumi's AWS provider calls for the program's resources,
// and no more.
import { readFileSync } from "node:fs";
import { expect, inject, test } from "vitest";
import { ACCOUNT, REGION } from "./aws.ts";
import { CASES } from "./cases.ts";
import type { Resource } from "./engine.ts";
import { CALLS, type Call, arn, iamArn } from "./operator-calls.ts";
import { type Document, decide } from "./simulate.ts";

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
const project = /^name: (.+)$/m.exec(read("Pulumi.yaml"))?.[1];
// The tests' project is "product".
const text = read("operator-policy.json").replaceAll(`${project}-`, "product-");
const policies = [{ name: "operator", policy: JSON.parse(text) }];
const OPERATOR = `arn:aws:iam::${ACCOUNT}:user/operator`;
const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/00000000-0000-0000-0000-000000000000`;
const BUCKET = "arn:aws:s3:::your-bucket";

// Those that the policy is written for: its domain and region, sets of the stack's own.
const resources: Resource[] = Object.entries(CASES)
  .filter(
    ([, { config, region, stack }]) =>
      !config.domain && !config.configurationSet && !region && !stack,
  )
  .flatMap(([name]) => inject("runs")[name]!.up.resources)
  .filter(({ custom, type }) => custom && type.startsWith("aws:"));

// The policy of a new key of KMS: it leaves the decision to IAM.
const KEY_POLICY: Document = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Action: "kms:*",
      Resource: "*",
    },
  ],
};

const allowed = (call: Call) =>
  decide({
    principal: OPERATOR,
    policies,
    ...call,
    ...(call.action.startsWith("kms:") && { resourcePolicy: KEY_POLICY }),
  });

test("the policy allows every call for every resource, from the first preview to destroy", async () => {
  const calls = new Map<string, Call>();
  for (const { type, name, inputs } of resources) {
    const kind = type.split(":").at(-1) ?? "";
    const of = CALLS[kind];
    if (!of) throw new Error(`${kind}: add what the provider calls for it, here and in the policy`);
    for (const call of of(inputs, name)) calls.set(JSON.stringify(call), call);
  }
  expect(calls.size).toBeGreaterThan(150);
  const decisions = await Promise.all(
    [...calls.values()].map(async (call) => ({ ...call, decision: await allowed(call) })),
  );
  expect(decisions.filter(({ decision }) => decision !== "Allowed")).toEqual([]);
  // And the policy allows nothing that is not called.
  const named = (
    JSON.parse(text) as { Statement: { Sid: string; Action: string[] }[] }
  ).Statement.filter(({ Sid }) => !Sid.startsWith("State")).flatMap(({ Action }) => Action);
  const called = new Set([...calls.values()].map(({ action }) => action));
  const byHand = new Set([LAST_USED, ...ACCOUNT_CALLS]);
  expect(named.filter((action) => !called.has(action) && !byHand.has(action))).toEqual([]);
});

// Of pnpm aws:production-access and pnpm aws:plan.
const ACCOUNT_CALLS = [
  "ses:GetAccount",
  "ses:PutAccountDetails",
  "ses:PutAccountPricingAttributes",
];
// README's third step of a rotation.
const LAST_USED = "iam:GetAccessKeyLastUsed";

test.each<Call>([
  { action: "s3:ListBucket", resource: BUCKET },
  { action: "s3:GetObject", resource: `${BUCKET}/.pulumi/stacks/product/dev.json` },
  { action: "s3:PutObject", resource: `${BUCKET}/.pulumi/stacks/product/dev.json` },
  {
    action: "s3:DeleteObject",
    resource: `${BUCKET}/.pulumi/locks/organization/product/dev/1.json`,
  },
  { action: "kms:Encrypt", resource: KEY },
  { action: "kms:Decrypt", resource: KEY },
  ...ACCOUNT_CALLS.map((action) => ({ action, resource: "*" })),
  { action: LAST_USED, resource: iamArn("user", "product-dev-sender-1a2b3c4") },
])("the policy allows $action on the state and the keys", async (call) => {
  expect(await allowed(call)).toBe("Allowed");
});

const admin = { "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess" };
const names = (name: string) => ({
  "route53:ChangeResourceRecordSetsNormalizedRecordNames": [name],
});
const ZONE = "arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ";

test.each<[string, Call]>([
  ["send email", { action: "ses:SendEmail", resource: arn("ses", "identity/example.com") }],
  [
    "delete another domain's identity",
    { action: "ses:DeleteEmailIdentity", resource: arn("ses", "identity/example.org") },
  ],
  [
    "turn off sending for the account",
    { action: "ses:PutAccountSendingAttributes", resource: "*" },
  ],
  ["empty SES's suppression list", { action: "ses:DeleteSuppressedDestination", resource: "*" }],
  [
    "change another program's configuration set",
    { action: "ses:DeleteConfigurationSet", resource: arn("ses", "configuration-set/shop") },
  ],
  ["make a user of another name", { action: "iam:CreateUser", resource: iamArn("user", "admin") }],
  [
    "make a key for another user",
    { action: "iam:CreateAccessKey", resource: iamArn("user", "operator") },
  ],
  [
    "give the sender AdministratorAccess",
    {
      action: "iam:AttachUserPolicy",
      resource: iamArn("user", "product-dev-sender"),
      context: admin,
    },
  ],
  [
    "give another role a policy",
    {
      action: "iam:AttachRolePolicy",
      resource: iamArn("role", "other"),
      context: { "iam:PolicyARN": iamArn("policy", "product-dev-sender-send") },
    },
  ],
  [
    "write a policy into the sender",
    { action: "iam:PutUserPolicy", resource: iamArn("user", "product-dev-sender") },
  ],
  ["read an event", { action: "sqs:ReceiveMessage", resource: arn("sqs", "product-dev-events") }],
  ["delete another queue", { action: "sqs:DeleteQueue", resource: arn("sqs", "orders") }],
  ["forge an event", { action: "sns:Publish", resource: arn("sns", "product-dev-events") }],
  [
    "change another name of the zone",
    {
      action: "route53:ChangeResourceRecordSets",
      resource: ZONE,
      context: names("www.example.com"),
    },
  ],
  ["delete the zone", { action: "route53:DeleteHostedZone", resource: ZONE }],
  [
    "change another zone",
    {
      action: "route53:ChangeResourceRecordSets",
      resource: "arn:aws:route53:::hostedzone/Z9",
      context: names("_dmarc.example.com"),
    },
  ],
  [
    "have another function called",
    {
      action: "lambda:CreateEventSourceMapping",
      resource: "*",
      context: { "lambda:FunctionArn": arn("lambda", "function:other") },
    },
  ],
  [
    "change the function",
    { action: "lambda:UpdateFunctionCode", resource: arn("lambda", "function:ses-events") },
  ],
  ["read another bucket", { action: "s3:GetObject", resource: "arn:aws:s3:::other/state.json" }],
  ["delete the bucket", { action: "s3:DeleteBucket", resource: BUCKET }],
  ["use another key", { action: "kms:Decrypt", resource: KEY.replace(/0{12}$/, "1".repeat(12)) }],
  ["delete the key", { action: "kms:ScheduleKeyDeletion", resource: KEY }],
])("the policy does not let the operator %s", async (_, call) => {
  expect(await allowed(call)).toBe("ImplicitlyDenied");
});

test("the policy is as short as IAM takes one, and allows nothing by a pattern of actions", () => {
  const { Statement } = JSON.parse(text) as { Statement: { Action: string[] }[] };
  expect(JSON.stringify(JSON.parse(text)).length).toBeLessThanOrEqual(6144);
  expect(Statement.flatMap(({ Action }) => Action).filter((one) => one.includes("*"))).toEqual([]);
});
