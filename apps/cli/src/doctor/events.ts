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
    const found = await checkSet(clients, name, {
      topic: settings.SES_EVENTS_TOPIC_ARN ?? "",
      isSecurity: name === security,
    });
    // A missing right is the same for each set, and needs one line.
    findings.push(...found.filter((one) => !findings.some((other) => other.found === one.found)));
  }
  return findings;
}

async function checkSet(
  clients: Clients,
  name: string,
  { topic, isSecurity }: { topic: string; isSecurity: boolean },
): Promise<Finding[]> {
  const check = "configuration set";
  const { ses, region } = clients;
  const set = { ConfigurationSetName: name };
  const at = `--region ${region} --configuration-set-name ${name}`;
  try {
    const { SendingOptions, VdmOptions } = await ses.send(new GetConfigurationSetCommand(set));
    if (SendingOptions?.SendingEnabled === false) {
      const next = `aws sesv2 put-configuration-set-sending-options ${at} --sending-enabled`;
      return [failed(check, `sending is switched off for ${name}`, next)];
    }
    const own = VdmOptions?.DashboardOptions?.EngagementMetrics;
    const tracking = await checkTracking(clients, { name, own, isSecurity });
    return [...tracking, await checkDestination(clients, name, { topic, isSecurity })];
  } catch (error) {
    if (!isMissing(error)) return [refused(check, "ses:GetConfigurationSet", error)];
    const next = `pnpm infra:up, or: aws sesv2 create-configuration-set ${at}`;
    return [failed(check, `there is no configuration set ${name} in ${region}`, next)];
  }
}

/** Whether SES rewrites the links of a set. A set that says nothing follows the account. */
async function checkTracking(
  { ses, region }: Clients,
  { name, own, isSecurity }: { name: string; own: string | undefined; isSecurity: boolean },
): Promise<Finding[]> {
  const check = "configuration set";
  let tracks = own === "ENABLED";
  if (own === undefined) {
    try {
      const { VdmAttributes } = await ses.send(new GetAccountCommand({}));
      const { VdmEnabled, DashboardAttributes } = VdmAttributes ?? {};
      tracks = VdmEnabled === "ENABLED" && DashboardAttributes?.EngagementMetrics === "ENABLED";
    } catch {
      const found = "the account's engagement metrics cannot be seen: SES may rewrite links";
      return [warning(check, found, "AWS_PROFILE=default pnpm email:doctor")];
    }
  }
  if (!tracks) return [];
  const found = `engagement metrics are on for ${name}: SES rewrites its links`;
  const next = `pnpm infra:up, or: aws sesv2 put-configuration-set-vdm-options --region ${region} --configuration-set-name ${name} --vdm-options 'DashboardOptions={EngagementMetrics=DISABLED}'`;
  return [(isSecurity ? failed : warning)(check, found, next)];
}

async function checkDestination(
  { ses, region }: Clients,
  name: string,
  { topic, isSecurity }: { topic: string; isSecurity: boolean },
): Promise<Finding> {
  const at = `--region ${region} --configuration-set-name ${name}`;
  try {
    const { EventDestinations = [] } = await ses.send(
      new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName: name }),
    );
    const mine = EventDestinations.filter(
      ({ SnsDestination }) => SnsDestination?.TopicArn === topic,
    );
    const on = mine.filter(({ Enabled }) => Enabled);
    const change = `aws sesv2 update-configuration-set-event-destination ${at} --event-destination-name ${mine[0]?.Name}`;
    if (mine.length === 0) {
      const next = `pnpm infra:up, or: aws sesv2 create-configuration-set-event-destination ${at} …`;
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
