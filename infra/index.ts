import * as pulumi from "@pulumi/pulumi";
import { readAccount } from "./src/account.ts";
import { readSettings } from "./src/config/settings.ts";
import { ConfigurationSets } from "./src/configuration-sets.ts";
import { refuseWeakerDmarc } from "./src/dns/dmarc-above.ts";
import { DnsRecords, dkimRecords, dmarcRecord, mailFromRecords } from "./src/dns/records.ts";
import { Alarms } from "./src/events/alarms.ts";
import { EventSubscription } from "./src/events/subscriber.ts";
import { EventTopic } from "./src/events/topic.ts";
import { DomainIdentity, readMailFrom, refuseOtherDkim } from "./src/identity.ts";
import { outputs } from "./src/outputs.ts";
import { SenderAccess } from "./src/sender.ts";
import { tags as stackTags } from "./src/tags.ts";

const stack = pulumi.getStack();
const settings = readSettings({
  project: pulumi.getProject(),
  stack,
  raw: pulumi.runtime.allConfig(),
});
const { name, region, domain, mailFromDomain, configurationSet, securityConfigurationSet } =
  settings;
const { dns, existing } = settings;
const account = readAccount(region);
const tags = stackTags(stack);

// Read everything that exists before any resource is registered. So a refusal is one line, and the
// preview has every record.
const imported = settings.identity === "import";
if (imported && settings.dkimHost) await refuseOtherDkim(domain);
const mailFromFailure = imported ? await readMailFrom(domain, mailFromDomain, region) : undefined;
const zone = { name, region, id: dns.zoneId, domain };
const mailFrom =
  settings.identity === "existing" || existing.has("mailFrom")
    ? []
    : mailFromRecords(mailFromDomain, region, imported);
if (!existing.has("dmarc") && !settings.dmarc.policy) await refuseWeakerDmarc(domain);
const dmarc = existing.has("dmarc") ? [] : [dmarcRecord(domain, settings.dmarc)];
await dns.provider.refuse?.(zone, [...mailFrom, ...dmarc]);
const apex = settings.apexSpf ? [await dns.provider.apex(zone)] : [];

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

const records = new DnsRecords(name, { provider: dns.provider, zone });
const mailFromBy = records.add(mailFrom);
if (settings.identity !== "existing") {
  const identity = new DomainIdentity(name, {
    domain,
    mailFromDomain,
    mailFromFailure: settings.mailFromFailure ?? mailFromFailure,
    import: imported,
    feedbackBy: [...topic.destinations, events.subscription],
    mailFromBy,
    tags,
  });
  if (settings.dkimHost) {
    const { dkimTokens: tokens } = identity;
    records.add(dkimRecords({ domain, host: settings.dkimHost, tokens, retain: imported }));
  }
}
records.add([...dmarc, ...apex]);

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
  dns: records.describe(),
});
