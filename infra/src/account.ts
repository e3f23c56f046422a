import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
import * as pulumi from "@pulumi/pulumi";

/** Where the stack's resources are, for the ARNs that its policies name. */
export interface Account {
  id: pulumi.Output<string>;
  region: string;
  /** The ARN of a thing of SES by its name, so that the preview can show whole policies. */
  ses: (kind: "identity" | "configuration-set", name: string) => pulumi.Output<string>;
  /** The ARN of the account's OIDC provider, by its issuer without `https://`. */
  oidcProvider: (issuer: string) => pulumi.Output<string>;
}

/** Asks AWS which account the credentials belong to. */
export function readAccount(region: string): Account {
  const caller = getCallerIdentityOutput();
  const partition = caller.arn.apply((arn) => arn.split(":")[1] ?? "aws");
  return {
    id: caller.accountId,
    region,
    ses: (kind, name) =>
      pulumi.interpolate`arn:${partition}:ses:${region}:${caller.accountId}:${kind}/${name}`,
    oidcProvider: (issuer) =>
      pulumi.interpolate`arn:${partition}:iam::${caller.accountId}:oidc-provider/${issuer}`,
  };
}
