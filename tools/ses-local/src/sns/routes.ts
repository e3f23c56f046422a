import { Router } from "express";
import type { Topic } from "./message.ts";
import type { Webhook } from "./webhook.ts";

/**
 * Serves what SNS serves at `https://sns.REGION.amazonaws.com`: the certificate, and the
 * confirmation of a subscription. Mounted at `/sns`.
 */
export function snsRoutes(topic: Topic, webhook: Webhook | undefined): Router {
  const router = Router();
  router.get(new URL(topic.certificateUrl).pathname, (_req, res) => {
    res.type("application/x-pem-file").send(topic.signer.pem);
  });
  router.get("/", (req, res) => {
    const { Action, TopicArn, Token } = req.query;
    const confirmed =
      Action === "ConfirmSubscription" &&
      TopicArn === topic.arn &&
      typeof Token === "string" &&
      webhook?.confirm(Token) === true;
    res.type("xml").status(confirmed ? 200 : 400);
    res.send(
      confirmed
        ? `<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>${topic.subscriptionArn}</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>`
        : "<ErrorResponse><Error><Code>InvalidParameter</Code><Message>Invalid token</Message></Error></ErrorResponse>",
    );
  });
  return router;
}
