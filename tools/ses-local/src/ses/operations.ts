import { Router } from "express";
import type { Account } from "./account.ts";
import { SesError, badRequest } from "./error.ts";

const EVENT_TYPES = [
  "SEND",
  "REJECT",
  "BOUNCE",
  "COMPLAINT",
  "DELIVERY",
  "DELIVERY_DELAY",
  "RENDERING_FAILURE",
  "SUBSCRIPTION",
];

/**
 * What the app and its set-up ask of SES besides sending: the account's suppression list, its
 * identities and its configuration sets.
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Operations.html
 */
export function operationRoutes(account: Account, verified: string[]): Router {
  const router = Router();
  const { suppressions } = account;

  router
    .route("/suppression/addresses")
    .get((req, res) => {
      const size = Number(req.query["PageSize"] ?? 100);
      const { entries, next } = suppressions.page(size, Number(req.query["NextToken"] ?? 0));
      res.json({
        SuppressedDestinationSummaries: entries,
        ...(next !== undefined && { NextToken: String(next) }),
      });
    })
    .put((req, res) => {
      const { EmailAddress, Reason } = req.body as Record<string, unknown>;
      if (typeof EmailAddress !== "string" || (Reason !== "BOUNCE" && Reason !== "COMPLAINT")) {
        throw badRequest("EmailAddress and Reason (BOUNCE or COMPLAINT) must be specified.");
      }
      suppressions.put(EmailAddress, Reason);
      res.json({});
    });
  router
    .route("/suppression/addresses/:address")
    .get((req, res) => {
      const found = suppressions.get(req.params.address);
      if (!found)
        throw notFound(
          `Email address ${req.params.address} does not exist on your suppression list.`,
        );
      res.json({ SuppressedDestination: found });
    })
    .delete((req, res) => {
      if (!suppressions.delete(req.params.address)) {
        throw notFound(
          `Email address ${req.params.address} does not exist on your suppression list.`,
        );
      }
      res.json({});
    });

  router.get("/identities", (_req, res) => {
    res.json({
      EmailIdentities: verified.map((IdentityName) => ({
        IdentityName,
        IdentityType: typeOf(IdentityName),
        SendingEnabled: true,
        VerificationStatus: "SUCCESS",
      })),
    });
  });
  router.get("/identities/:identity", (req, res) => {
    const { identity } = req.params;
    if (!verified.includes(identity.toLowerCase())) {
      throw notFound(`Email identity ${identity} does not exist.`);
    }
    res.json({
      IdentityType: typeOf(identity),
      FeedbackForwardingStatus: false,
      VerifiedForSendingStatus: true,
      VerificationStatus: "SUCCESS",
      DkimAttributes: {
        SigningEnabled: true,
        Status: "SUCCESS",
        SigningAttributesOrigin: "AWS_SES",
        CurrentSigningKeyLength: "RSA_2048_BIT",
      },
      MailFromAttributes: {
        MailFromDomain: `bounce.${identity}`,
        MailFromDomainStatus: "SUCCESS",
        BehaviorOnMxFailure: "USE_DEFAULT_VALUE",
      },
    });
  });

  const sets = () => account.behaviour.configurationSets ?? ["sendoff", "sendoff-security"];
  router.get("/configuration-sets", (_req, res) => {
    res.json({ ConfigurationSets: sets() });
  });
  router.get("/configuration-sets/:name", (req, res) => {
    const { name } = req.params;
    known(name);
    res.json({
      ConfigurationSetName: name,
      SendingOptions: { SendingEnabled: true },
      ReputationOptions: { ReputationMetricsEnabled: true },
      DeliveryOptions: {
        TlsPolicy: "REQUIRE",
        ...(name.endsWith("security") && { MaxDeliverySeconds: 1800 }),
      },
      SuppressionOptions: { SuppressedReasons: ["BOUNCE", "COMPLAINT"] },
    });
  });
  router.get("/configuration-sets/:name/event-destinations", (req, res) => {
    const { name } = req.params;
    known(name);
    res.json({
      EventDestinations: [
        {
          Name: "events",
          Enabled: true,
          MatchingEventTypes: [
            ...EVENT_TYPES,
            ...(name.endsWith("security") ? [] : ["OPEN", "CLICK"]),
          ],
          SnsDestination: { TopicArn: account.topicArn },
        },
      ],
    });
  });

  function known(name: string): void {
    if (!sets().includes(name)) throw notFound(`Configuration set <${name}> does not exist.`);
  }
  return router;
}

function typeOf(identity: string): string {
  return identity.includes("@") ? "EMAIL_ADDRESS" : "DOMAIN";
}

function notFound(message: string): SesError {
  return new SesError("NotFoundException", message, 404);
}
