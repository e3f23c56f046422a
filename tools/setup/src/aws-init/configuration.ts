import type { Answers } from "./answers.ts";
import { parseMailbox } from "./mailbox.ts";

/** The principal of ECS on Fargate. */
export const ECS = "ecs-tasks.amazonaws.com";

/** A value of the stack's configuration. Undefined: the key is not set. */
export type Value = string | string[] | undefined;

/** What infra takes for a key that is not set (infra/src/config/keys.ts). */
export const DEFAULTS: Record<string, string> = { events: "sqs", sender: "user" };

/**
 * The stack's configuration by the answers. Keys that are not asked for are not in it.
 *
 * @param before the senders that the file allows. Those of the domain are kept.
 * @param others further senders of the app
 */
export function configurationOf(
  answers: Answers,
  before: string[] = [],
  others: string[] = [],
): Record<string, Value> {
  const { domain, from, securityFrom, dns, zoneId, reportsTo, tester } = answers;
  const senders = [from, securityFrom, ...others]
    .map((sender) => parseMailbox(sender))
    .filter((mailbox) => mailbox?.domain === domain)
    .map((mailbox) => mailbox?.address ?? "");
  const kept = before.filter((pattern) => pattern.endsWith(`@${domain}`));
  return {
    domain,
    from: [...kept, ...new Set(senders.filter((sender) => !kept.some(covers(sender))))],
    dns,
    zoneId: zoneId || undefined,
    dmarcReportsTo: reportsTo || undefined,
    sandboxRecipients: tester ? tester.split(",").map((one) => one.trim()) : undefined,
    ...senderAndEvents(answers),
  };
}

function senderAndEvents({ runs, appUrl }: Answers): Record<string, Value> {
  switch (runs) {
    case undefined:
      return {};
    case "ecs":
      return { sender: "role", roleTrusts: ECS, events: undefined, webhookUrl: undefined };
    case "server":
      return { sender: undefined, roleTrusts: undefined, events: undefined, webhookUrl: undefined };
    case "cron": {
      const webhookUrl = `${appUrl}/webhooks/ses`;
      return { sender: undefined, roleTrusts: undefined, events: "https", webhookUrl };
    }
  }
}

/** Whether a pattern of IAM's, with * and ?, allows the address. */
function covers(address: string) {
  return (pattern: string): boolean => {
    const text = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
    return new RegExp(`^${text.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(address);
  };
}

/**
 * The app's settings by the answers. The stack's own outputs come later, by `pnpm aws:env`.
 *
 * @param env the settings before
 * @param isLocal whether `pnpm dev` reads them
 * @param oldDomain the domain that the stack had
 */
export function settingsOf(
  { domain, from, securityFrom, tester }: Answers,
  env: Record<string, string | undefined>,
  isLocal: boolean,
  oldDomain?: string,
): Map<string, string> {
  const settings = new Map([["EMAIL_FROM", from]]);
  // A sender of another domain is a person's own. One that the stack allowed must not outlive it.
  const old = parseMailbox(env["EMAIL_FROM_SECURITY"] ?? "")?.domain;
  if (securityFrom || (old && [domain, oldDomain].includes(old))) {
    settings.set("EMAIL_FROM_SECURITY", securityFrom);
  }
  // Another file may be for production. There this would stop the email to everybody else.
  if (isLocal) {
    const isLimited = env["EMAIL_ALLOW_TO"] || env["EMAIL_REDIRECT_TO"];
    if (tester && !isLimited && env["APP_ENV"] !== "production") {
      settings.set("EMAIL_ALLOW_TO", tester.replaceAll(" ", ""));
    }
    // Otherwise ses-local refuses the new sender, as SES does.
    const verified = (env["SES_LOCAL_VERIFIED"] || "example.com").split(",");
    settings.set("SES_LOCAL_VERIFIED", [...new Set([...verified, domain])].join(","));
  }
  return settings;
}
