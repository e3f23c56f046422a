import { denied, identity, dkim, mailFrom } from "../answers.ts";
import type { Broken } from "../state.ts";
import * as well from "../well.ts";

/** Identity, DKIM, MAIL FROM and region. */
export const brokenIdentity: Broken = {
  "the identity is in another region": [
    {
      aws: {
        "ses:GetEmailIdentity": well.missing,
        "ses:GetEmailIdentity us-east-1": well.identity,
      },
    },
    /^✗ region: .*example\.org is an identity in us-east-1, and AWS_REGION is eu-west-1.* → .*AWS_REGION=us-east-1/,
  ],
  "the parent domain's identity is in another region": [
    {
      env: { EMAIL_FROM: "hello@mail.example.org" },
      aws: {
        "ses:GetEmailIdentity": well.missing,
        "ses:GetEmailIdentity us-east-1": (name) =>
          name === "example.org" ? well.identity : well.missing,
      },
    },
    /^✗ region: example\.org is an identity in us-east-1, and AWS_REGION is eu-west-1/,
  ],
  "no identity": [
    { aws: { "ses:GetEmailIdentity": well.missing } },
    /^✗ identity: .*no identity for example\.org in eu-west-1.* → .*create-email-identity/,
  ],
  "identities may not be read": [
    { aws: { "ses:GetEmailIdentity": denied } },
    /^! identity: .*lack ses:GetEmailIdentity.* → Use your own: AWS_PROFILE=.* pulumi -C infra config set grants .* pnpm infra:up$/,
  ],
  "SES is silent": [
    { aws: { "ses:GetEmailIdentity": "silence" }, answer: 200 },
    /^✗ identity: .*does not answer.* → .*HTTPS/,
  ],
  "the identity is pending": [
    { aws: identity({ VerifiedForSendingStatus: false, VerificationStatus: "PENDING" }) },
    /^✗ identity: .*not verified example\.org yet.* → .*--wait/,
  ],
  "the verification with a key of one's own has failed": [
    {
      aws: identity({
        VerifiedForSendingStatus: false,
        VerificationStatus: "FAILED",
        DkimAttributes: { ...well.identity.DkimAttributes, SigningAttributesOrigin: "EXTERNAL" },
      }),
    },
    /^✗ identity: .*failed.* → Publish the TXT record of your own key \(one\._domainkey\.example\.org, /,
  ],
  "the verification with a key of one's own is pending": [
    {
      aws: identity({
        VerifiedForSendingStatus: false,
        VerificationStatus: "PENDING",
        DkimAttributes: { ...well.identity.DkimAttributes, SigningAttributesOrigin: "EXTERNAL" },
      }),
    },
    /^✗ identity: .*not verified example\.org yet.* → Publish the TXT record of your own key \(one\._domainkey\.example\.org, /,
  ],
  "a key of one's own is not found": [
    { aws: dkim({ Status: "PENDING", SigningAttributesOrigin: "EXTERNAL" }) },
    /^✗ DKIM: .*PENDING.* → Publish the TXT record of your own key \(one\._domainkey\.example\.org, /,
  ],
  "the verified address is not signed": [
    {
      aws: {
        "ses:GetEmailIdentity": (name) =>
          name.includes("@")
            ? { ...well.identity, DkimAttributes: { SigningEnabled: false, Status: "SUCCESS" } }
            : well.missing,
      },
    },
    /^✗ DKIM: SES does not sign the email of hello@example\.org → .*--signing-enabled/,
  ],
  "the address is pending": [
    {
      aws: {
        "ses:GetEmailIdentity": (name) =>
          name.includes("@")
            ? { VerifiedForSendingStatus: false, VerificationStatus: "PENDING" }
            : well.missing,
      },
    },
    /^✗ identity: .*not verified the address hello@example\.org.* → Open the link/,
  ],
  "the verification has failed": [
    {
      aws: identity({
        VerifiedForSendingStatus: false,
        VerificationStatus: "FAILED",
        VerificationInfo: { ErrorType: "HOST_NOT_FOUND" },
      }),
    },
    /^✗ identity: .*failed \(HOST_NOT_FOUND\).* → .*put-email-identity-dkim/,
  ],
  "DKIM is pending": [{ aws: dkim({ Status: "PENDING" }) }, /^✗ DKIM: .*PENDING.* → .*--wait/],
  "DKIM is off": [
    { aws: dkim({ SigningEnabled: false }) },
    /^✗ DKIM: .*does not sign.* → .*--signing-enabled/,
  ],
  "a short DKIM key": [
    { aws: dkim({ CurrentSigningKeyLength: "RSA_1024_BIT" }) },
    /^! DKIM: .*1,024.* → .*RSA_2048_BIT/,
  ],
  "no MAIL FROM": [
    { aws: mailFrom({ MailFromDomain: undefined }) },
    /^! MAIL FROM: .*no MAIL FROM.* → .*mail-from-domain/,
  ],
  "MAIL FROM is pending": [
    { aws: mailFrom({ MailFromDomainStatus: "PENDING" }) },
    /^! MAIL FROM: .*uses amazonses.* → .*--wait/,
  ],
  "MAIL FROM has failed, and SES refuses": [
    { aws: mailFrom({ MailFromDomainStatus: "FAILED", BehaviorOnMxFailure: "REJECT_MESSAGE" }) },
    /^✗ MAIL FROM: .*refuses email.* → .*MX and SPF/,
  ],
};
