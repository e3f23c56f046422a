import * as sesv2 from "@pulumi/aws/sesv2/index.js";
import * as pulumi from "@pulumi/pulumi";
import type { Tags } from "./tags.ts";

interface ConfigurationSetsArgs {
  /** The set for all but security email. Example: `"acme-prod"`. */
  general: string;
  /** The set for security email. Example: `"acme-prod-security"`. */
  security: string;
  /** How long SES may try to deliver security email, in seconds. Example: `3600`. */
  securityDeliverySeconds: number;
  /** Whether both are there already and stay as they are. Default: `false`. */
  existing?: boolean;
  tags: Tags;
}

/**
 * The two configuration sets that the app sends with. Each delivers over TLS only, and suppresses
 * addresses that have bounced or complained. Neither tracks opens or clicks, nor does it for the
 * account's Virtual Deliverability Manager. To track, SES would rewrite the links, and their tokens
 * would pass through a tracking host.
 */
export class ConfigurationSets extends pulumi.ComponentResource {
  /** Names, known once the sets exist. */
  readonly names: { general: pulumi.Output<string>; security: pulumi.Output<string> };

  constructor(name: string, args: ConfigurationSetsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("email:ses:ConfigurationSets", name, {}, opts);

    const make = (suffix: string, setName: string, maxDeliverySeconds?: number) => {
      if (args.existing) return pulumi.output(setName);
      return new sesv2.ConfigurationSet(
        `${name}${suffix}`,
        {
          configurationSetName: setName,
          deliveryOptions: {
            tlsPolicy: "REQUIRE",
            ...(maxDeliverySeconds === undefined ? {} : { maxDeliverySeconds }),
          },
          reputationOptions: { reputationMetricsEnabled: true },
          sendingOptions: { sendingEnabled: true },
          suppressionOptions: { suppressedReasons: ["BOUNCE", "COMPLAINT"] },
          // If this is left out, the account's own setting counts.
          vdmOptions: { dashboardOptions: { engagementMetrics: "DISABLED" } },
          tags: args.tags,
        },
        // Without its set, SES refuses every email of the app.
        { parent: this, protect: true },
      ).configurationSetName;
    };

    this.names = {
      general: make("", args.general),
      security: make("-security", args.security, args.securityDeliverySeconds),
    };
    this.registerOutputs();
  }
}
