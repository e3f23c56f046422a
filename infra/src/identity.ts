import { getEmailIdentity } from "@pulumi/aws/sesv2/getEmailIdentity.js";
import { getEmailIdentityMailFromAttributes } from "@pulumi/aws/sesv2/getEmailIdentityMailFromAttributes.js";
import * as sesv2 from "@pulumi/aws/sesv2/index.js";
import * as pulumi from "@pulumi/pulumi";
import { InfraError } from "./error.ts";
import type { Tags } from "./tags.ts";

type MailFromFailure = "use-default" | "reject";

interface DomainIdentityArgs {
  /** Example: `"example.com"`. */
  domain: string;
  /** The custom MAIL FROM domain, below `domain`. Example: `"bounce.example.com"`. */
  mailFromDomain: string;
  /** What SES does while that domain's MX record is missing. Default: `"use-default"`. */
  mailFromFailure?: MailFromFailure | undefined;
  /** Whether to take over an identity that SES already has. Default: `false`. */
  import?: boolean;
  /** The event destinations. They must exist before SES stops forwarding bounces by email. */
  feedbackBy: pulumi.Resource[];
  /** The MAIL FROM domain's records. They must exist before SES looks for them. */
  mailFromBy: pulumi.Resource[];
  tags: Tags;
}

/**
 * The right to send as a domain, with Easy DKIM and a MAIL FROM domain of its own.
 *
 * The identity is protected: a new one has new DKIM tokens, and may not send until DNS has them.
 * One that was imported stays at SES, with its MAIL FROM domain, when the stack is destroyed.
 */
export class DomainIdentity extends pulumi.ComponentResource {
  readonly #identity: sesv2.EmailIdentity;

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
        retainOnDelete: args.import ?? false,
        // Pulumi refuses an import whose values differ from the program's. These stay as SES has
        // them.
        ...(args.import
          ? {
              import: args.domain,
              ignoreChanges: ["configurationSetName", "dkimSigningAttributes", "tags", "tagsAll"],
            }
          : {}),
      },
    );
    this.#identity = identity;

    const { emailIdentity } = identity;
    new sesv2.EmailIdentityMailFromAttributes(
      `${name}-mail-from`,
      {
        emailIdentity,
        mailFromDomain: args.mailFromDomain,
        behaviorOnMxFailure:
          args.mailFromFailure === "reject" ? "REJECT_MESSAGE" : "USE_DEFAULT_VALUE",
      },
      { parent: this, dependsOn: args.mailFromBy, retainOnDelete: args.import ?? false },
    );
    new sesv2.EmailIdentityFeedbackAttributes(
      `${name}-feedback`,
      { emailIdentity, emailForwardingEnabled: false },
      { parent: this, dependsOn: args.feedbackBy, retainOnDelete: args.import ?? false },
    );
    this.registerOutputs();
  }

  /**
   * What the names of Easy DKIM's three CNAME records begin with; unknown until the identity
   * exists. Only for an identity that has Easy DKIM.
   */
  get dkimTokens(): pulumi.Output<string>[] {
    const { tokens } = this.#identity.dkimSigningAttributes;
    // A fixed number of outputs: a record that is made inside `apply` is missing from the preview.
    return [0, 1, 2].map((index) => tokens.apply((all) => all[index] ?? ""));
  }
}

/**
 * Stops if SES does not sign for the domain with its own keys (Easy DKIM), because then there are
 * no CNAME records to create.
 *
 * @throws InfraError which says what to do
 */
export async function refuseOtherDkim(domain: string): Promise<void> {
  const { dkimSigningAttributes } = await getEmailIdentity({ emailIdentity: domain });
  const [dkim] = dkimSigningAttributes;
  const origin = dkim?.signingAttributesOrigin ?? "";
  const tokens = dkim?.tokens ?? [];
  if (origin === "AWS_SES" && tokens.length === 3) return;
  if (tokens.length === 0) {
    throw new InfraError(
      `SES signs nothing for ${domain}; turn Easy DKIM on: aws sesv2 ` +
        `put-email-identity-dkim-signing-attributes --email-identity ${domain} ` +
        "--signing-attributes-origin AWS_SES --signing-attributes NextSigningKeyLength=RSA_2048_BIT",
    );
  }
  throw new InfraError(
    `SES signs for ${domain} with keys from elsewhere (${origin}), whose records this program does ` +
      "not make; keep them: pulumi config set existing dkim",
  );
}

/**
 * What SES does while the MX record of the domain's MAIL FROM domain is missing. Undefined: SES has
 * no MAIL FROM domain for it.
 *
 * @throws InfraError if SES has another MAIL FROM domain, because other email may be sent with it
 */
export async function readMailFrom(
  domain: string,
  mailFromDomain: string,
  region: string,
): Promise<MailFromFailure | undefined> {
  const found = await getEmailIdentityMailFromAttributes({ emailIdentity: domain });
  if (!found.mailFromDomain) return undefined;
  if (found.mailFromDomain !== mailFromDomain) {
    throw new InfraError(
      `SES has the MAIL FROM domain ${found.mailFromDomain} for ${domain}; keep it: ` +
        `pulumi config set mailFrom ${found.mailFromDomain.slice(0, -domain.length - 1)}; ` +
        `or change it: aws sesv2 put-email-identity-mail-from-attributes --region ${region} ` +
        `--email-identity ${domain} --mail-from-domain ${mailFromDomain}`,
    );
  }
  return found.behaviorOnMxFailure === "REJECT_MESSAGE" ? "reject" : "use-default";
}
