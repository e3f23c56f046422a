import type { Broken } from "../state.ts";

/** DNS. */
export const brokenDns: Broken = {
  "a DKIM record is absent": [
    { dns: { "two._domainkey.example.org CNAME": [] } },
    /^✗ DNS: DKIM: .*there is no CNAME two\..* → .*two\._domainkey\.example\.org CNAME two\.dkim\.amazonses\.com/,
  ],
  "a DKIM record is wrong": [
    { dns: { "one._domainkey.example.org CNAME": ["one.dkim.amazonses.com.example.org"] } },
    /^✗ DNS: DKIM: .*points to one\.dkim\.amazonses\.com\.example\.org.* → .*CNAME one\.dkim\.amazonses\.com$/,
  ],
  "a DKIM record is spreading": [
    {
      dns: { "one._domainkey.example.org CNAME": [] },
      own: { "one._domainkey.example.org CNAME": ["one.dkim.amazonses.com"] },
    },
    /^! DNS: DKIM: .*spreading.* → .*Wait/,
  ],
  "the MX is absent": [
    { dns: { "bounce.example.org MX": [] } },
    /^✗ DNS: MX: .*has no MX.* → Create: .*MX 10 feedback-smtp/,
  ],
  "the MX is of another region": [
    { dns: { "bounce.example.org MX": ["10 feedback-smtp.us-east-1.amazonses.com"] } },
    /^✗ DNS: MX: .*us-east-1.* → .*eu-west-1/,
  ],
  "a second MX": [
    {
      dns: {
        "bounce.example.org MX": ["10 feedback-smtp.eu-west-1.amazonses.com", "20 mx.example.org"],
      },
    },
    /^✗ DNS: MX: .*2 MX.* → .*only/,
  ],
  "the MX is spreading": [
    {
      dns: { "bounce.example.org MX": [] },
      own: { "bounce.example.org MX": ["10 feedback-smtp.eu-west-1.amazonses.com"] },
    },
    /^! DNS: MX: .*spreading.* → .*Wait/,
  ],
  "no SPF": [
    { dns: { "bounce.example.org TXT": [] } },
    /^✗ DNS: SPF: .*no SPF.* → Create: .*v=spf1 include:amazonses\.com/,
  ],
  "two SPF records": [
    { dns: { "bounce.example.org TXT": ["v=spf1 -all", "v=spf1 include:amazonses.com ~all"] } },
    /^✗ DNS: SPF: .*2 SPF.* → .*only/,
  ],
  "SPF with SES, neutral": [
    { dns: { "bounce.example.org TXT": ["v=spf1 ?include:amazonses.com -all"] } },
    /^✗ DNS: SPF: .*does not include SES/,
  ],
  "SPF with SES after all": [
    { dns: { "bounce.example.org TXT": ["v=spf1 -all include:amazonses.com"] } },
    /^✗ DNS: SPF: .*does not include SES/,
  ],
  "SPF with SES, softly refused": [
    { dns: { "bounce.example.org TXT": ["v=spf1 ~include:amazonses.com -all"] } },
    /^✗ DNS: SPF: .*does not include SES/,
  ],
  "SPF with a term that is not SPF": [
    { dns: { "bounce.example.org TXT": ["v=spf1 include:amazonses.com ipv4:192.0.2.1 ~all"] } },
    /^✗ DNS: SPF: .*ipv4:192\.0\.2\.1 .*is not SPF.* → Leave only: bounce\.example\.org TXT/,
  ],
  "SPF without SES": [
    { dns: { "bounce.example.org TXT": ["v=spf1 mx -all"] } },
    /^✗ DNS: SPF: .*does not include SES.* → .*include:amazonses/,
  ],
  "too many look-ups": [
    {
      dns: {
        "bounce.example.org TXT": [
          "v=spf1 include:amazonses.com a mx a:a.example.org a:b.example.org a:c.example.org a:d.example.org a:e.example.org a:f.example.org a:g.example.org a:h.example.org -all",
        ],
      },
    },
    /^✗ DNS: SPF: .*more than 10 look-ups.* → .*only/,
  ],
  "SPF records that include each other": [
    {
      dns: {
        "bounce.example.org TXT": ["v=spf1 include:amazonses.com include:bounce.example.org -all"],
      },
    },
    /^✗ DNS: SPF: .*more than 10.* → .*only/,
  ],
  "no DMARC": [
    { dns: { "_dmarc.example.org TXT": [] } },
    /^! DNS: DMARC: .*no DMARC.* → .*_dmarc\.example\.org TXT/,
  ],
  "two DMARC records": [
    { dns: { "_dmarc.example.org TXT": ["v=DMARC1; p=none", "v=DMARC1; p=reject"] } },
    /^✗ DNS: DMARC: .*2 DMARC.* → .*only one/,
  ],
  "DMARC without a policy": [
    { dns: { "_dmarc.example.org TXT": ["v=DMARC1; rua=mailto:a@example.org"] } },
    /^✗ DNS: DMARC: .*no valid policy.* → .*p=none/,
  ],
  "DMARC is not aligned": [
    {
      env: { EMAIL_FROM: "hello@app.example.org" },
      dns: { "_dmarc.example.org TXT": ["v=DMARC1; p=reject; adkim=s; aspf=s"] },
    },
    /^✗ DNS: DMARC: .*not aligned.* → .*Verify app\.example\.org/,
  ],
  "reports to a domain that has not agreed": [
    { dns: { "_dmarc.example.org TXT": ["v=DMARC1; p=none; rua=mailto:a@example.net"] } },
    /^! DNS: DMARC: .*example\.net has not agreed.* → .*example\.org\._report\._dmarc\.example\.net/,
  ],
  "the delegation is broken": [
    { dns: { "one._domainkey.example.org CNAME": "SERVFAIL" } },
    /^✗ DNS: DKIM: .*delegation or DNSSEC.* → .*dig \+trace/,
  ],
  "DNS is silent": [
    { dns: { "bounce.example.org MX": "silence" } },
    /^✗ DNS: MX: .*does not answer.* → .*resolver/,
  ],
};
