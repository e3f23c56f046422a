import * as pulumi from "@pulumi/pulumi";
import { account as whoseAccount } from "./src/account.ts";
import { readSettings } from "./src/config/settings.ts";
import { ConfigurationSets } from "./src/configuration-sets.ts";
import { CloudflareRecords, cloudflareApexSpf, refuseOthers } from "./src/dns/cloudflare.ts";
import { describeRecords, manualApexSpf } from "./src/dns/manual.ts";
import { dkimRecords, dmarcRecord, mailFromRecords } from "./src/dns/records.ts";
import { Route53Records, route53ApexSpf } from "./src/dns/route53.ts";
import { Alarms } from "./src/events/alarms.ts";
import { EventSubscription } from "./src/events/subscriber.ts";
import { EventTopic } from "./src/events/topic.ts";
import { DomainIdentity } from "./src/identity.ts";
import { outputs } from "./src/outputs.ts";
import { SenderAccess } from "./src/sender.ts";
import { tags as stackTags } from "./src/tags.ts";

const stack = pulumi.getStack();
const settings = readSettings({
  project: pulumi.getProject(),
  stack,
  raw: pulumi.runtime.allConfig(),
});
const { name, region, domain, mailFromDomain, configurationSet, securityConfigurationSet, dns } =
  settings;
const account = whoseAccount(region);
const tags = stackTags(stack);

const sets = new ConfigurationSets(name, {
  general: configurationSet,
  security: securityConfigurationSet,
  securityDeliverySeconds: settings.securityDeliverySeconds,
  existing: settings.existing.has("configurationSets"),
  tags,
});

const topic = new EventTopic(`${name}-events`, { account, configurationSets: sets.names, tags });
const events = new EventSubscription(`${name}-events`, {
  topicArn: topic.arn,
  subscriber: settings.events,
  tags,
});
if (settings.alarmsTo) {
  const { queue, deadLetters } = events;
  new Alarms(`${name}-alarms`, { account, to: settings.alarmsTo, queue, deadLetters, tags });
}

const identity =
  settings.identity === "existing"
    ? undefined
    : new DomainIdentity(name, {
        domain,
        mailFromDomain,
        mailFromFailure: settings.mailFromFailure,
        import: settings.identity === "import",
        feedbackBy: [...topic.destinations, events.subscription],
        tags,
      });

const { existing } = settings;
const records = [
  ...(identity && !existing.has("dkim")
    ? dkimRecords({ domain, region, tokens: identity.dkimTokens })
    : []),
  ...(identity && !existing.has("mailFrom") ? mailFromRecords(mailFromDomain, region) : []),
  ...(existing.has("dmarc") ? [] : [dmarcRecord(domain, settings.dmarc)]),
];
// What is there already is read first: then all records are in the preview, and a refusal is one
// line of its own.
if (dns.provider === "route53") {
  const { zoneId } = dns;
  const apex = settings.apexSpf ? await route53ApexSpf(zoneId, domain) : undefined;
  new Route53Records(name, { zoneId, records, apex });
} else if (dns.provider === "cloudflare") {
  const { zoneId } = dns;
  await refuseOthers(name, zoneId, records);
  if (settings.apexSpf) records.push(await cloudflareApexSpf(name, zoneId, domain));
  new CloudflareRecords(name, { zoneId, records });
} else if (settings.apexSpf) {
  records.push(await manualApexSpf(domain));
}

const sender = new SenderAccess(`${name}-sender`, {
  account,
  domain,
  configurationSets: [configurationSet, securityConfigurationSet],
  from: settings.from,
  sandboxRecipients: settings.sandboxRecipients,
  topicArn: topic.arn,
  queueArns: [events.queue, events.deadLetters].flatMap((queue) => (queue ? [queue.arn] : [])),
  consumePolicy: events.consumePolicy,
  principal: settings.sender,
  grants: settings.grants,
  tags,
});

export default outputs(settings, {
  topicArn: topic.arn,
  events,
  sender,
  dns: describeRecords(records),
});
