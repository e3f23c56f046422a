import { account, failure, dkim } from "../answers.ts";
import type { Broken } from "../state.ts";
import * as well from "../well.ts";

/** Two faults: the cause comes before its consequences. */
export const brokenPairs: Broken = {
  "expired credentials, and no DMARC": [
    {
      aws: { "sts:GetCallerIdentity": failure("ExpiredToken", "", 403) },
      dns: { "_dmarc.example.org TXT": [] },
    },
    /^✗ credentials: .*expired.* → .*sso/,
  ],
  "no identity, and the sandbox": [
    {
      aws: { "ses:GetEmailIdentity": well.missing, ...account({ ProductionAccessEnabled: false }) },
    },
    /^✗ identity: .*no identity.* → .*create/,
  ],
  "DKIM is pending, because a record is absent": [
    { aws: dkim({ Status: "PENDING" }), dns: { "one._domainkey.example.org CNAME": [] } },
    /^✗ DKIM: .*PENDING.* → .*CNAMEs below/,
  ],
  "no topic, and no event": [
    {
      aws: { "sns:GetTopicAttributes": failure("NotFound", "", 404) },
      db: (db) => db.event.deleteMany(),
    },
    /^✗ topic: .*no topic.* → .*infra:up/,
  ],
};
