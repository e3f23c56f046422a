import { Router } from "express";
import { z } from "zod";
import type { Account } from "./account.ts";
import { SesError, badRequest } from "./error.ts";
import { parse } from "./json.ts";
import { REASONS } from "./suppression-list.ts";

const Reason = z.enum(REASONS, `A reason must be one of ${REASONS.join(", ")}.`);
const Suppression = z.object({ EmailAddress: z.string(), Reason });

/**
 * The operations besides SendEmail and GetAccount that the app and its doctor need: the account's
 * suppression list, and an identity.
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Operations.html
 */
export function operationRoutes({ suppressions }: Account, verified: string[]): Router {
  const router = Router();

  router
    .route("/suppression/addresses")
    .get((req, res) => {
      const size = Number(req.query["PageSize"] ?? 100);
      const from = Number(req.query["NextToken"] ?? 0);
      if (!(size >= 1 && size <= 1000)) throw badRequest("PageSize must be from 1 to 1000.");
      if (!(from >= 0)) throw new SesError("InvalidNextTokenException", "Invalid NextToken.");
      const asked = parse(z.array(Reason), [req.query["Reason"] ?? []].flat());
      const reasons = asked.length > 0 ? asked : REASONS;
      const { entries, next } = suppressions.page(size, from, reasons);
      res.json({
        SuppressedDestinationSummaries: entries,
        ...(next !== undefined && { NextToken: String(next) }),
      });
    })
    .put((req, res) => {
      const { EmailAddress: address, Reason: reason } = parse(Suppression, req.body);
      if (!address.includes("@")) throw badRequest(`Invalid email address <${address}>.`);
      suppressions.put(address, reason);
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
  return router;
}

function typeOf(identity: string): string {
  return identity.includes("@") ? "EMAIL_ADDRESS" : "DOMAIN";
}

function notFound(message: string): SesError {
  return new SesError("NotFoundException", message, 404);
}
