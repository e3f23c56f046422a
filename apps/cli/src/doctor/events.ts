import {
  GetAccountCommand,
  GetConfigurationSetCommand,
  GetConfigurationSetEventDestinationsCommand,
} from "@aws-sdk/client-sesv2";
import type { Clients } from "./clients.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";
import { isMissing, refused } from "./refused.ts";
import type { Settings } from "./settings.ts";

const NEEDED = ["BOUNCE", "COMPLAINT"];
const USEFUL = ["SEND", "DELIVERY", "DELIVERY_DELAY", "REJECT", "RENDERING_FAILURE"];
// For them SES rewrites links, and publishes the tokens in them.
const TRACKING = ["OPEN", "CLICK"];

/** Whether the account's engagement metrics are on, which a set follows if it says nothing. */
async function accountTracks({ ses }: Clients): Promise<boolean> {
  const account = await ses.send(new GetAccountCommand({})).catch(() => undefined);
  const { VdmEnabled, DashboardAttributes } = account?.VdmAttributes ?? {};
  return VdmEnabled === "ENABLED" && DashboardAttributes?.EngagementMetrics === "ENABLED";
}

/** Whether each configuration set exists, sends, and publishes its events to the topic. */
export async function checkConfigurationSets(
  clients: Clients,
  settings: Settings,
): Promise<Finding[]> {
  const security = settings.SES_SECURITY_CONFIGURATION_SET;
  const names = new Set([settings.SES_CONFIGURATION_SET, security]);
  const findings: Finding[] = [];
  for (const name of names) {
    if (name === undefined) continue;
    const finding = await checkSet(clients, name, {
      topic: settings.SES_EVENTS_TOPIC_ARN ?? "",
      isSecurity: name === security,
    });
    // A missing right is the same for each set, and needs one line.
    if (!findings.some(({ found }) => found === finding.found)) findings.push(finding);
  }
  return findings;
}

async function checkSet(
  clients: Clients,
  name: string,
  { topic, isSecurity }: { topic: string; isSecurity: boolean },
): Promise<Finding> {
  const check = "configuration set";
  const { ses, region } = clients;
  const set = { ConfigurationSetName: name };
  try {
    const { SendingOptions, VdmOptions } = await ses.send(new GetConfigurationSetCommand(set));
    if (SendingOptions?.SendingEnabled === false) {
      const next = `aws sesv2 put-configuration-set-sending-options --configuration-set-name ${name} --sending-enabled`;
      return failed(check, `sending is switched off for ${name}`, next);
    }
    const own = VdmOptions?.DashboardOptions?.EngagementMetrics;
    if (own ? own === "ENABLED" : await accountTracks(clients)) {
      const found = `engagement metrics are on for ${name}: SES rewrites its links`;
      const next = `pnpm infra:up, or: aws sesv2 put-configuration-set-vdm-options --configuration-set-name ${name} --vdm-options DashboardOptions={EngagementMetrics=DISABLED}`;
      return (isSecurity ? failed : warning)(check, found, next);
    }
  } catch (error) {
    if (!isMissing(error)) return refused(check, "ses:GetConfigurationSet", error);
    const next = `pnpm infra:up, or: aws sesv2 create-configuration-set --configuration-set-name ${name}`;
    return failed(check, `there is no configuration set ${name} in ${region}`, next);
  }
  try {
    const { EventDestinations = [] } = await ses.send(
      new GetConfigurationSetEventDestinationsCommand(set),
    );
    const mine = EventDestinations.filter(
      ({ SnsDestination }) => SnsDestination?.TopicArn === topic,
    );
    const on = mine.filter(({ Enabled }) => Enabled);
    const change = `aws sesv2 update-configuration-set-event-destination --configuration-set-name ${name} --event-destination-name ${mine[0]?.Name}`;
    if (mine.length === 0) {
      const next = `pnpm infra:up, or: aws sesv2 create-configuration-set-event-destination --configuration-set-name ${name} …`;
      return failed("event destination", `${name} publishes no events to ${topic}`, next);
    }
    if (on.length === 0) {
      const next = `${change} --event-destination Enabled=true,…`;
      return failed("event destination", `the event destination of ${name} is disabled`, next);
    }
    const types = new Set<string>(on.flatMap(({ MatchingEventTypes = [] }) => MatchingEventTypes));
    const lacks = (wanted: string[]) => wanted.filter((type) => !types.has(type)).join(", ");
    const next = `pnpm infra:up, or: ${change} --event-destination MatchingEventTypes=…`;
    if (lacks(NEEDED)) {
      return failed("event destination", `${name} does not publish ${lacks(NEEDED)}`, next);
    }
    // Of any destination: it is the rewriting that reveals the links.
    const tracked = EventDestinations.filter(({ Enabled }) => Enabled).flatMap(
      ({ MatchingEventTypes = [] }) => MatchingEventTypes.filter((type) => TRACKING.includes(type)),
    );
    if (tracked.length > 0) {
      const found = `${name} publishes ${tracked.join(", ")}: SES rewrites links, and publishes their tokens`;
      return (isSecurity ? failed : warning)("event destination", found, next);
    }
    if (lacks(USEFUL)) {
      return warning("event destination", `${name} does not publish ${lacks(USEFUL)}`, next);
    }
    return ok("event destination", `${name} publishes ${types.size} types of events`);
  } catch (error) {
    return refused("event destination", "ses:GetConfigurationSetEventDestinations", error);
  }
}
