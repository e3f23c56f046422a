import * as sesv2 from "@pulumi/aws/sesv2/index.js";
import * as pulumi from "@pulumi/pulumi";
import type { Tags } from "./tags.ts";

interface DomainIdentityArgs {
  /** Example: `"example.com"`. */
  domain: string;
  /** The custom MAIL FROM domain, below `domain`. Example: `"bounce.example.com"`. */
  mailFromDomain: string;
  /** What SES does while that domain's MX record is missing. Default: `"use-default"`. */
  mailFromFailure?: "use-default" | "reject";
  /** Whether SES has the identity already, to be taken over as it is. Default: `false`. */
  import?: boolean;
  /** What must be there before SES stops to forward bounces by email: the events, on their way. */
  feedbackBy: pulumi.Resource[];
  tags: Tags;
}

/**
 * The right to send as a domain, with Easy DKIM and a MAIL FROM domain of its own.
 *
 * The identity is protected: replacing it means new DKIM tokens, and no email until DNS has them.
 */
export class DomainIdentity extends pulumi.ComponentResource {
  /** What the names of DKIM's three CNAME records begin with; unknown until the identity exists. */
  readonly dkimTokens: pulumi.Output<string>[];

  constructor(name: string, args: DomainIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("email:ses:DomainIdentity", name, {}, opts);

    const identity = new sesv2.EmailIdentity(
      name,
      {
        emailIdentity: args.domain,
        dkimSigningAttributes: { nextSigningKeyLength: "RSA_2048_BIT" },
        tags: args.tags,
      },
      {
        parent: this,
        protect: true,
        // An import fails where the program says other than SES; what was there stays.
        ...(args.import
          ? {
              import: args.domain,
              ignoreChanges: ["configurationSetName", "dkimSigningAttributes", "tags", "tagsAll"],
            }
          : {}),
      },
    );
    // By constant index: a record that is made inside `apply` is missing from the preview.
    this.dkimTokens = [0, 1, 2].map((index) =>
      identity.dkimSigningAttributes.tokens.apply((tokens) => tokens[index] ?? ""),
    );

    const { emailIdentity } = identity;
    new sesv2.EmailIdentityMailFromAttributes(
      `${name}-mail-from`,
      {
        emailIdentity,
        mailFromDomain: args.mailFromDomain,
        behaviorOnMxFailure:
          args.mailFromFailure === "reject" ? "REJECT_MESSAGE" : "USE_DEFAULT_VALUE",
      },
      { parent: this },
    );
    new sesv2.EmailIdentityFeedbackAttributes(
      `${name}-feedback`,
      { emailIdentity, emailForwardingEnabled: false },
      { parent: this, dependsOn: args.feedbackBy },
    );
    this.registerOutputs();
  }
}
