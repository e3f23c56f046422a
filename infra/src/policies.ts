// IAM policies. No allowed action has a `*` in it. The resource is `*` only where IAM knows no
// narrower one for the action (the account's quota, its suppression list).

interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | { Service: string } | { AWS: string } | { Federated: string };
  Action: string[];
  /** A trust policy has none: it is about its role. */
  Resource?: string[];
  Condition?: Record<string, Record<string, string | readonly string[]>>;
}

/** An IAM policy document. */
export interface Policy {
  Version: "2012-10-17";
  Statement: Statement[];
}

function policy(...statements: Statement[]): Policy {
  return { Version: "2012-10-17", Statement: statements };
}

function allow(sid: string, actions: string[], resources: string[]): Statement {
  return { Sid: sid, Effect: "Allow", Action: actions, Resource: resources };
}

/**
 * Sending, from these addresses only.
 *
 * @param resources the identity and the configuration sets, since SES checks both; in the sandbox,
 *   also each recipient's identity, since SES then checks that too
 */
export function send(resources: string[], from: readonly string[]): Policy {
  return policy({
    // By SMTP, the action is SendRawEmail.
    ...allow("Send", ["ses:SendEmail", "ses:SendRawEmail"], resources),
    Condition: { StringLike: { "ses:FromAddress": from } },
  });
}

/** Reading the account's sending rate and quota, which limit the worker's pace. */
export function quota(): Policy {
  return policy(allow("Quota", ["ses:GetAccount"], ["*"]));
}

/** Consuming one queue, for a worker or for the mapping that calls a function. */
export function consume(queueArn: string): Policy {
  return policy(
    allow(
      "Consume",
      [
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes",
      ],
      [queueArn],
    ),
  );
}

/** Removing an address from SES's own suppression list, without reading the list. */
export function erasure(): Policy {
  return policy(allow("Erasure", ["ses:DeleteSuppressedDestination"], ["*"]));
}

/** Reading SES's own suppression list, and removing an address from it. */
export function suppression(): Policy {
  return policy(
    allow(
      "Suppression",
      [
        "ses:ListSuppressedDestinations",
        "ses:GetSuppressedDestination",
        "ses:DeleteSuppressedDestination",
      ],
      ["*"],
    ),
  );
}

/** Reading the whole set-up. It changes nothing and reads no event. */
export function doctor(resources: {
  ses: string[];
  topicArn: string;
  queueArns: string[];
}): Policy {
  return policy(
    allow("Account", ["ses:GetAccount"], ["*"]),
    allow(
      "Setup",
      [
        "ses:GetEmailIdentity",
        "ses:GetConfigurationSet",
        "ses:GetConfigurationSetEventDestinations",
      ],
      resources.ses,
    ),
    allow(
      "Topic",
      ["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:GetSubscriptionAttributes"],
      [resources.topicArn],
    ),
    allow("Queues", ["sqs:GetQueueAttributes"], resources.queueArns),
  );
}

/** For the topic: only SES may publish, for this account and these configuration sets. */
export function topicPolicy(topicArn: string, accountId: string, setArns: string[]): Policy {
  return policy({
    Sid: "SesPublishes",
    Effect: "Allow",
    Principal: { Service: "ses.amazonaws.com" },
    Action: ["sns:Publish"],
    Resource: [topicArn],
    Condition: {
      StringEquals: { "AWS:SourceAccount": accountId },
      ArnEquals: { "AWS:SourceArn": setArns },
    },
  });
}

/** For a queue: only the topic may send to it, as to a subscriber or as to a dead-letter queue. */
export function queuePolicy(queueArn: string, topicArn: string): Policy {
  return policy(
    {
      Sid: "TopicSends",
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: ["sqs:SendMessage"],
      Resource: [queueArn],
      Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
    },
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: ["sqs:*"],
      Resource: [queueArn],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  );
}

/** For the alarms' topic: only alarms of this account may publish. */
export function alarmsPolicy(topicArn: string, accountId: string): Policy {
  return policy({
    Sid: "AlarmsPublish",
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: ["sns:Publish"],
    Resource: [topicArn],
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  });
}

/** Who may assume the role. */
export type Trust =
  | { kind: "service"; principal: string }
  | { kind: "arn"; principal: string }
  /** A workload outside AWS, or in EKS, by the token that its platform gives it. */
  | { kind: "oidc"; issuer: string; audience: string; subject: string };

/**
 * For the role: who may assume it.
 *
 * @param account the role's account: its id, and the ARN of its OIDC provider if `trust` has one
 */
export function trustPolicy(trust: Trust, account: { id: string; oidcProvider: string }): Policy {
  return policy({ Sid: "Assume", Effect: "Allow", ...assumeBy(trust, account) });
}

function assumeBy(
  trust: Trust,
  account: { id: string; oidcProvider: string },
): Pick<Statement, "Principal" | "Action" | "Condition"> {
  switch (trust.kind) {
    case "arn":
      return { Principal: { AWS: trust.principal }, Action: ["sts:AssumeRole"] };
    case "service":
      return {
        Principal: { Service: trust.principal },
        Action: [
          "sts:AssumeRole",
          // EKS Pod Identity names the pod in tags of the session.
          ...(trust.principal === "pods.eks.amazonaws.com" ? ["sts:TagSession"] : []),
        ],
        // The service must act for this account (AWS: "confused deputy"). "IfExists", because not
        // every service says for which account it acts: ECS does, EC2 does not.
        Condition: { StringEqualsIfExists: { "aws:SourceAccount": account.id } },
      };
    case "oidc": {
      const { issuer, audience, subject } = trust;
      const pattern = subject.includes("*");
      return {
        Principal: { Federated: account.oidcProvider },
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Condition: {
          StringEquals: {
            [`${issuer}:aud`]: audience,
            ...(!pattern && { [`${issuer}:sub`]: subject }),
          },
          ...(pattern && { StringLike: { [`${issuer}:sub`]: subject } }),
        },
      };
    }
  }
}
