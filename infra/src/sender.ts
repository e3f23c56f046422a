import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "./account.ts";
import type { Grant } from "./config/keys.ts";
import * as policies from "./policies.ts";
import type { Tags } from "./tags.ts";

/** A user and its access keys, of which the app uses the last; or a role and who may assume it. */
export type Principal =
  { kind: "user"; accessKeys: readonly string[] } | { kind: "role"; trusts: policies.Trust };

interface SenderAccessArgs {
  account: Account;
  domain: string;
  configurationSets: string[];
  /** Example: `["hello@example.com"]`. */
  from: readonly string[];
  /** In the sandbox, the verified recipients. Default: the account is out of the sandbox. */
  sandboxRecipients?: readonly string[];
  topicArn: pulumi.Output<string>;
  queueArns: pulumi.Output<string>[];
  /** Allows taking events from their queue. */
  consumePolicy: iam.Policy;
  principal: Principal;
  /** What the user or role gets. Example: `["send", "quota"]`. */
  grants: readonly Grant[];
  tags: Tags;
}

/**
 * The user or role that sends. Each of its rights is its own policy, so that a person or another
 * program can be given a single one.
 */
export class SenderAccess extends pulumi.ComponentResource {
  readonly policyArns: Record<Grant, pulumi.Output<string>>;
  /** The last key of a user. Its `secret` and `sesSmtpPasswordV4` are secrets. */
  readonly accessKey: iam.AccessKey | undefined;
  readonly roleArn: pulumi.Output<string> | undefined;

  constructor(name: string, args: SenderAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("email:iam:SenderAccess", name, {}, opts);

    const { account, tags } = args;
    const inside = { parent: this };
    const make = (
      suffix: Grant,
      description: string,
      document: pulumi.Input<policies.Policy>,
    ): iam.Policy =>
      new iam.Policy(
        `${name}-${suffix}`,
        { description, policy: pulumi.jsonStringify(document), tags },
        inside,
      );

    const sets = args.configurationSets.map((set) => account.ses("configuration-set", set));
    const own = pulumi.all([account.ses("identity", args.domain), ...sets]);
    const recipients = pulumi.all(
      (args.sandboxRecipients ?? []).map((address) => account.ses("identity", address)),
    );
    const made: Record<Grant, iam.Policy> = {
      send: make(
        "send",
        "Sends email, from its own addresses alone.",
        pulumi
          .all([own, recipients])
          .apply(([arns, others]) => policies.send([...arns, ...others], args.from)),
      ),
      quota: make("quota", "Reads the account's sending rate and quota.", policies.quota()),
      events: args.consumePolicy,
      erasure: make(
        "erasure",
        "Removes the address of a deleted account from SES's suppression list.",
        policies.erasure(),
      ),
      suppression: make(
        "suppression",
        "Lists the addresses that SES suppresses, and removes one.",
        policies.suppression(),
      ),
      doctor: make(
        "doctor",
        "Reads how email is set up.",
        pulumi
          .all([own, args.topicArn, pulumi.all(args.queueArns)])
          .apply(([ses, topicArn, queueArns]) => policies.doctor({ ses, topicArn, queueArns })),
      ),
    };

    if (args.principal.kind === "user") {
      // Without it, a key that somebody made by hand stops the user from being deleted.
      const user = new iam.User(name, { forceDestroy: true, tags }, inside);
      for (const grant of args.grants) {
        new iam.UserPolicyAttachment(
          `${name}-${grant}`,
          { user: user.name, policyArn: made[grant].arn },
          inside,
        );
      }
      const keys = args.principal.accessKeys.map(
        (key) => new iam.AccessKey(`${name}-${key}`, { user: user.name }, inside),
      );
      this.accessKey = keys.at(-1);
    } else {
      const { trusts } = args.principal;
      const oidcProvider = account.oidcProvider(trusts.kind === "oidc" ? trusts.issuer : "");
      const role = new iam.Role(
        name,
        {
          assumeRolePolicy: pulumi
            .all([account.id, oidcProvider])
            .apply(([id, provider]) =>
              JSON.stringify(policies.trustPolicy(trusts, { id, oidcProvider: provider })),
            ),
          tags,
        },
        inside,
      );
      for (const grant of args.grants) {
        new iam.RolePolicyAttachment(
          `${name}-${grant}`,
          { role: role.name, policyArn: made[grant].arn },
          inside,
        );
      }
      this.roleArn = role.arn;
    }

    this.policyArns = {
      send: made.send.arn,
      quota: made.quota.arn,
      events: made.events.arn,
      erasure: made.erasure.arn,
      suppression: made.suppression.arn,
      doctor: made.doctor.arn,
    };
    this.registerOutputs();
  }
}
