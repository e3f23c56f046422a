import { denied, failure } from "../answers.ts";
import type { Broken } from "../state.ts";

const caller = (answer: object) => ({ aws: { "sts:GetCallerIdentity": { ...answer } } });

/** Credentials. */
export const brokenCredentials: Broken = {
  "credentials expired": [
    caller(failure("ExpiredToken", "The security token included in the request is expired", 403)),
    /^✗ credentials: .*expired.* → .*aws sso login/,
  ],
  "credentials of an unknown key": [
    caller(failure("InvalidClientTokenId", "The security token is invalid", 403)),
    /^✗ credentials: .*does not know.* or the account has not enabled AWS_REGION → .*AWS_ACCESS_KEY_ID/,
  ],
  "credentials with a wrong secret": [
    caller(failure("SignatureDoesNotMatch", "The signature we calculated does not match", 403)),
    /^✗ credentials: .*does not belong.* → .*AWS_SECRET_ACCESS_KEY/,
  ],
  "credentials with a wrong clock": [
    caller(
      failure(
        "SignatureDoesNotMatch",
        "Signature expired: 20300131T120000Z is now earlier than 20300131T124500Z",
        403,
      ),
    ),
    /^✗ credentials: .*clock.* → .*timedatectl/,
  ],
  "credentials of another account": [
    caller({ Arn: "arn:aws:iam::210987654321:user/a", Account: "210987654321", UserId: "1" }),
    /^✗ credentials: .*of account 210987654321, and SES_EVENTS_TOPIC_ARN is of 123456789012.* → .*AWS_PROFILE/,
  ],
  "credentials of root": [
    caller({ Arn: "arn:aws:iam::123456789012:root", Account: "123456789012", UserId: "1" }),
    /^! credentials: .*root.* → .*aws:env/,
  ],
  "credentials with more rights than the app needs": [
    { aws: { "sqs:ListQueues": { QueueUrls: [] } } },
    /^! rights: .*more than the app needs.* → .*aws:env/,
  ],
  "credentials that may not erase at SES": [
    { aws: { "ses:DeleteSuppressedDestination": denied } },
    /^! erasure: .*lack ses:DeleteSuppressedDestination.* → .*worker's credentials.*add erasure to grants .*config set grants …,erasure && pnpm infra:up$/,
  ],
  "AWS is silent": [
    { aws: { "*": "silence", "sts:GetCallerIdentity": "silence" }, answer: 200 },
    /^✗ credentials: .*does not answer at sts\.eu-west-1.* → .*HTTPS/,
  ],
};
