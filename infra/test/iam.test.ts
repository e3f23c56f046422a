// What each principal may do, decided by an IAM simulator on the policies as the program makes
// them.
import { describe, expect, inject, test } from "vitest";
import { type Trust, trustPolicy } from "../src/policies.ts";
import { ACCOUNT, REGION } from "./aws.ts";
import type { Run } from "./engine.ts";
import { inputsOf } from "./find.ts";
import { type Document, type Policies, decide as simulate } from "./simulate.ts";

const runs = inject("runs");
const STRANGER = "999999999999";

const ses = (thing: string) => `arn:aws:ses:${REGION}:${ACCOUNT}:${thing}`;
const IDENTITY = ses("identity/example.com");
const SET = ses("configuration-set/product-dev");
const SECURITY_SET = ses("configuration-set/product-dev-security");
const OTHER_IDENTITY = ses("identity/example.org");
const OTHER_SET = ses("configuration-set/product-prod");
const RECIPIENT = ses("identity/you@example.org");
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:product-dev-events`;
const DEAD_LETTERS = `${QUEUE}-dead-letters`;
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:product-dev-events`;
const ALARMS = `arn:aws:sns:${REGION}:${ACCOUNT}:product-dev-alarms`;
const USER = `arn:aws:iam::${ACCOUNT}:user/product-dev-sender`;

/** The policy document of one resource. */
function documentOf({ resources }: Pick<Run, "resources">, type: string, name: string): Document {
  const found = resources.find((one) => one.type.endsWith(`:${type}`) && one.name === name);
  return JSON.parse(String(found?.inputs.policy));
}

/** The policies that the run attaches to its user or role. */
function attached({ resources }: Run): Policies {
  return resources
    .filter(({ type }) => /:(User|Role)PolicyAttachment$/.test(type))
    .map(({ inputs }) => String(inputs.policyArn).split("/").at(-1) ?? "")
    .map((name) => ({ name, policy: documentOf({ resources }, "Policy", name) }));
}

/** By the app's user, if nobody else is named. */
const decide = (
  request: Omit<Parameters<typeof simulate>[0], "principal"> & { principal?: string },
) => simulate({ principal: USER, ...request });

const from = (address: string) => ({ "ses:FromAddress": address });
const HELLO = from("hello@example.com");

const app = attached(runs["manual-sqs-user"]!.up);
const sendOnly = attached(runs["narrow-grants-rotation"]!.up);
const sandbox = attached(runs.sandbox!.up);
const webhook = attached(runs.https!.up);
const role = attached(runs.role!.up);
const one = (name: string) => [
  { name, policy: documentOf(runs["manual-sqs-user"]!.up, "Policy", name) },
];

type Row = [string, Policies, string, string?, Record<string, string>?];
const decideRow = ([, policies, action, resource, context]: Row) =>
  decide({ policies, action, ...(resource && { resource }), ...(context && { context }) });

const EVERYTHING: Policies = [
  {
    name: "all",
    policy: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
    },
  },
];

describe("may", () => {
  test.each<Row>([
    ["the app: send from its identity", app, "ses:SendEmail", IDENTITY, HELLO],
    ["the app: send with its set", app, "ses:SendEmail", SET, HELLO],
    ["the app: send with the security set", app, "ses:SendEmail", SECURITY_SET, HELLO],
    ["the app: send by SMTP", app, "ses:SendRawEmail", IDENTITY, HELLO],
    ["the app: receive its events", app, "sqs:ReceiveMessage", QUEUE],
    ["the app: delete what it has taken", app, "sqs:DeleteMessage", QUEUE],
    ["the app: see its quota", app, "ses:GetAccount"],
    ["the app: erase an address at SES", app, "ses:DeleteSuppressedDestination"],
    ["a role: send as the user does", role, "ses:SendEmail", IDENTITY, HELLO],
    ["narrowed: send from a named address", sendOnly, "ses:SendEmail", IDENTITY, HELLO],
    ["in the sandbox: write to who is verified", sandbox, "ses:SendEmail", RECIPIENT, HELLO],
    ["with a webhook: drain what was given up", webhook, "sqs:ReceiveMessage", DEAD_LETTERS],
    [
      "an operator: list who is suppressed",
      one("product-dev-sender-suppression"),
      "ses:ListSuppressedDestinations",
    ],
    [
      "an operator: let someone go",
      one("product-dev-sender-suppression"),
      "ses:DeleteSuppressedDestination",
    ],
    [
      "the doctor: see the identity",
      one("product-dev-sender-doctor"),
      "ses:GetEmailIdentity",
      IDENTITY,
    ],
    [
      "the doctor: see where events go",
      one("product-dev-sender-doctor"),
      "ses:GetConfigurationSetEventDestinations",
      SET,
    ],
    [
      "the doctor: see the queue's depth",
      one("product-dev-sender-doctor"),
      "sqs:GetQueueAttributes",
      QUEUE,
    ],
  ])("%s", async (...row) => {
    expect(await decideRow(row)).toBe("Allowed");
  });

  test("SES: publish to the topic, for this account and its sets", async () => {
    expect(await publish({})).toBe("Allowed");
  });

  test("SNS: send to the queues, from the topic", async () => {
    expect(await deliver(QUEUE, {})).toBe("Allowed");
    expect(await deliver(DEAD_LETTERS, {})).toBe("Allowed");
  });
});

describe("may not", () => {
  test.each<Row>([
    [
      "the app: send as another domain",
      app,
      "ses:SendEmail",
      OTHER_IDENTITY,
      from("a@example.org"),
    ],
    [
      "the app: send from its identity as another",
      app,
      "ses:SendEmail",
      IDENTITY,
      from("a@example.org"),
    ],
    [
      "the app: send as a lookalike",
      app,
      "ses:SendEmail",
      IDENTITY,
      from("a@example.com.example.org"),
    ],
    ["the app: send with another stack's set", app, "ses:SendEmail", OTHER_SET, HELLO],
    ["the app: send without a From", app, "ses:SendEmail", IDENTITY],
    ["the app: send templates, in bulk", app, "ses:SendBulkEmail", IDENTITY, HELLO],
    ["the app: delete the identity", app, "ses:DeleteEmailIdentity", IDENTITY],
    ["the app: make an identity", app, "ses:CreateEmailIdentity", OTHER_IDENTITY],
    ["the app: turn off its events", app, "ses:UpdateConfigurationSetEventDestination", SET],
    ["the app: purge its queue", app, "sqs:PurgeQueue", QUEUE],
    ["the app: forge events into its queue", app, "sqs:SendMessage", QUEUE],
    ["the app: publish to the topic", app, "sns:Publish", TOPIC],
    ["the app: list the addresses that SES suppresses", app, "ses:ListSuppressedDestinations"],
    ["the app: ask why SES suppresses somebody", app, "ses:GetSuppressedDestination"],
    ["the app: suppress somebody at SES", app, "ses:PutSuppressedDestination"],
    // The doctor takes it as a sign of too many rights.
    ["the app: list the account's queues", app, "sqs:ListQueues"],
    ["the app: make itself a key", app, "iam:CreateAccessKey", USER],
    [
      "narrowed: send from another address",
      sendOnly,
      "ses:SendEmail",
      IDENTITY,
      from("ceo@example.com"),
    ],
    ["the sender's key alone: read the queue", sendOnly, "sqs:ReceiveMessage", QUEUE],
    ["the sender's key alone: see the quota", sendOnly, "ses:GetAccount"],
    ["the sender's key alone: erase at SES", sendOnly, "ses:DeleteSuppressedDestination"],
    ["out of the sandbox: use a recipient's identity", app, "ses:SendEmail", RECIPIENT, HELLO],
    ["the doctor: send", one("product-dev-sender-doctor"), "ses:SendEmail", IDENTITY, HELLO],
    ["the doctor: read an event", one("product-dev-sender-doctor"), "sqs:ReceiveMessage", QUEUE],
    [
      "the reader of events: send",
      one("product-dev-events-consume"),
      "ses:SendEmail",
      IDENTITY,
      HELLO,
    ],
    [
      "the reader of events: read another queue",
      one("product-dev-events-consume"),
      "sqs:ReceiveMessage",
      `${QUEUE}-prod`,
    ],
  ])("%s", async (...row) => {
    expect(await decideRow(row)).toBe("ImplicitlyDenied");
  });

  test("SES: publish for another account, or for a set of another stack", async () => {
    expect(await publish({ "aws:SourceAccount": STRANGER })).toBe("ImplicitlyDenied");
    expect(await publish({ "aws:SourceArn": OTHER_SET })).toBe("ImplicitlyDenied");
  });

  test("another account: publish to the topic", async () => {
    const principal = `arn:aws:iam::${STRANGER}:user/stranger`;
    const resourcePolicy = documentOf(
      runs["manual-sqs-user"]!.up,
      "TopicPolicy",
      "product-dev-events",
    );
    const request = { action: "sns:Publish", resource: TOPIC, resourcePolicy, principal };
    expect(await decide({ ...request, policies: EVERYTHING })).toBe("ImplicitlyDenied");
  });

  test("SNS: send to the queue from another topic, or without TLS", async () => {
    expect(await deliver(QUEUE, { "aws:SourceArn": `${TOPIC}-prod` })).toBe("ImplicitlyDenied");
    expect(await deliver(QUEUE, { "aws:SecureTransport": "false" })).toBe("ExplicitlyDenied");
  });

  test("another service, or CloudWatch for another account: publish alarms", async () => {
    const resourcePolicy = documentOf(runs.alarms!.up, "TopicPolicy", "product-dev-alarms");
    const request = { action: "sns:Publish", resource: ALARMS, resourcePolicy };
    const by = (principal: string, account = ACCOUNT) =>
      decide({ ...request, principal, context: { "aws:SourceAccount": account } });
    expect(await by("cloudwatch.amazonaws.com")).toBe("Allowed");
    expect(await by("ses.amazonaws.com")).toBe("ImplicitlyDenied");
    expect(await by("cloudwatch.amazonaws.com", STRANGER)).toBe("ImplicitlyDenied");
  });
});

describe("the role", () => {
  const ROLE = `arn:aws:iam::${ACCOUNT}:role/product-dev-sender`;
  const trustOf = (run: Run): Document =>
    JSON.parse(String(inputsOf(run, "Role", "product-dev-sender").assumeRolePolicy));
  const assume = (principal: string, context: Record<string, string>, policies: Policies = []) =>
    decide({
      principal,
      action: "sts:AssumeRole",
      resource: ROLE,
      resourcePolicy: trustOf(runs.role!.up),
      policies,
      context,
    });

  test("may be assumed by the named service, for this account", async () => {
    const ecs = "ecs-tasks.amazonaws.com";
    expect(await assume(ecs, { "aws:SourceAccount": ACCOUNT })).toBe("Allowed");
    // Not every service says for which account it asks.
    expect(await assume(ecs, {})).toBe("Allowed");
    expect(await assume(ecs, { "aws:SourceAccount": STRANGER })).toBe("ImplicitlyDenied");
    expect(await assume("ec2.amazonaws.com", {})).toBe("ImplicitlyDenied");
  });

  test("may not be assumed by a user of another account, or of this one, whatever it is allowed", async () => {
    for (const account of [STRANGER, ACCOUNT]) {
      const user = `arn:aws:iam::${account}:user/anybody`;
      expect(await assume(user, {}, EVERYTHING)).not.toBe("Allowed");
    }
  });

  test("may be assumed by EKS Pod Identity, which tags its sessions", async () => {
    const principal = "pods.eks.amazonaws.com";
    const account = { id: ACCOUNT, oidcProvider: "" };
    for (const action of ["sts:AssumeRole", "sts:TagSession"]) {
      const decision = await decide({
        principal,
        action,
        resource: ROLE,
        resourcePolicy: trustPolicy({ kind: "service", principal }, account),
        policies: [],
        context: { "aws:SourceAccount": ACCOUNT },
      });
      expect(decision, action).toBe("Allowed");
    }
    const [others] = trustPolicy(
      { kind: "service", principal: "ec2.amazonaws.com" },
      account,
    ).Statement;
    expect(others?.Action).toEqual(["sts:AssumeRole"]);
  });

  // The simulator knows no condition keys of OIDC issuers: the documents are compared as they are.
  test("may be assumed with a token of the named issuer, for its audience and subject alone", () => {
    expect(trustOf(runs["role-oidc"]!.up).Statement).toEqual([
      {
        Sid: "Assume",
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.vercel.com/acme` },
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Condition: {
          StringEquals: {
            "oidc.vercel.com/acme:aud": "https://vercel.com/acme",
            "oidc.vercel.com/acme:sub": "owner:acme:project:app:environment:production",
          },
        },
      },
    ]);
  });

  test("takes a subject with * as a pattern, and the audience never", () => {
    const trust = {
      kind: "oidc",
      issuer: "oidc.fly.io/acme",
      audience: "a",
      subject: "acme:app:*",
    };
    const [statement] = trustPolicy(trust as Trust, { id: ACCOUNT, oidcProvider: "" }).Statement;
    expect(statement?.Condition).toEqual({
      StringEquals: { "oidc.fly.io/acme:aud": "a" },
      StringLike: { "oidc.fly.io/acme:sub": "acme:app:*" },
    });
  });
});

test("in GovCloud, every policy names things of GovCloud's partition", () => {
  const policies = runs["longest-names"]!.up.resources.map(({ inputs }) => String(inputs.policy));
  const partitions = policies.flatMap((policy) => policy.match(/arn:[\w-]+(?=:)/g) ?? []);
  expect(partitions.length).toBeGreaterThan(10);
  expect(new Set(partitions)).toEqual(new Set(["arn:aws-us-gov"]));
});

test("no policy allows an action by a pattern", () => {
  const allowed = Object.values(runs)
    .flatMap(({ up }) => up.resources)
    .flatMap(({ inputs }) =>
      typeof inputs.policy === "string"
        ? (JSON.parse(inputs.policy) as { Statement: { Effect: string; Action: string[] }[] })
            .Statement
        : [],
    )
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action }) => Action);
  expect(allowed.length).toBeGreaterThan(0);
  expect(allowed.filter((action) => action.includes("*"))).toEqual([]);
});

/** SES publishing to the topic for its own account and set. `otherwise` changes that. */
function publish(otherwise: Record<string, string>): Promise<string> {
  return decide({
    principal: "ses.amazonaws.com",
    action: "sns:Publish",
    resource: TOPIC,
    resourcePolicy: documentOf(runs["manual-sqs-user"]!.up, "TopicPolicy", "product-dev-events"),
    context: { "aws:SourceAccount": ACCOUNT, "aws:SourceArn": SECURITY_SET, ...otherwise },
  });
}

/** SNS sending to a queue for the topic. `otherwise` changes that. */
function deliver(queue: string, otherwise: Record<string, string>): Promise<string> {
  const name = queue.split(":").at(-1) ?? "";
  return decide({
    principal: "sns.amazonaws.com",
    action: "sqs:SendMessage",
    resource: queue,
    resourcePolicy: documentOf(runs["manual-sqs-user"]!.up, "QueuePolicy", name),
    context: { "aws:SourceArn": TOPIC, "aws:SecureTransport": "true", ...otherwise },
  });
}
