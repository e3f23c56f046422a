import { parseMailbox } from "@repo/email/enqueue";
import { KeySetting, type Keys, KeysSetting, keyProblems } from "@repo/email/keys";
import {
  AllowToSetting,
  RedirectToSetting,
  SenderSetting,
  TopicArnSetting,
} from "@repo/email/settings";
import { z } from "zod";
import { type Finding, failed, ok, warning } from "./finding.ts";

const sender = SenderSetting.transform((from) => parseMailbox(from).address);
const url = (...protocols: string[]) =>
  z.url({
    protocol: new RegExp(`^(?:${protocols.join("|")})$`),
    error: `must be an address that begins with ${protocols[0]}:`,
  });
const text = z.string().optional();

// What web and the worker demand together, as far as email depends on it.
const Schema = z.object({
  APP_ENV: z.enum(["development", "staging", "production"]).default("development"),
  APP_URL: url("http", "https").transform((address) => new URL(address).origin),
  AUTH_SECRET: KeysSetting,
  EMAIL_KEY: KeysSetting,
  OPT_OUT_KEY: KeySetting,
  UNSUBSCRIBE_KEY: KeysSetting,
  EMAIL_FROM: sender,
  EMAIL_FROM_SECURITY: sender.optional(),
  EMAIL_FROM_ACCOUNT: sender.optional(),
  EMAIL_TRANSPORT: z.enum(["ses", "smtp"]).default("ses"),
  EMAIL_ALLOW_TO: AllowToSetting.optional(),
  EMAIL_REDIRECT_TO: RedirectToSetting.optional(),
  AWS_PROFILE: text,
  AWS_REGION: text,
  SES_CONFIGURATION_SET: text,
  SES_SECURITY_CONFIGURATION_SET: text,
  SES_EVENTS_TOPIC_ARN: TopicArnSetting,
  SES_EVENTS_QUEUE_URL: url("http", "https").optional(),
  SMTP_HOST: z.string().default("localhost"),
  AWS_ENDPOINT_URL: text,
  AWS_ENDPOINT_URL_SESV2: text,
  AWS_ENDPOINT_URL_SNS: text,
  AWS_ENDPOINT_URL_SQS: text,
  AWS_ENDPOINT_URL_STS: text,
});

/** The settings that email depends on. One that is malformed counts as not set. */
export type Settings = Partial<z.infer<typeof Schema>>;

/** The names of the settings that are read. */
export const SETTINGS = Object.keys(Schema.shape);

const KEYS = ["AUTH_SECRET", "EMAIL_KEY", "OPT_OUT_KEY", "UNSUBSCRIBE_KEY"];
const ENDPOINTS = SETTINGS.filter((name) => name.startsWith("AWS_ENDPOINT_URL"));
const NEXT = "Correct it in the environment or in .env; .env.example explains each setting.";

/**
 * Whether the environment is complete and consistent.
 *
 * @param source the values; `""` counts as not set
 */
export function readSettings(
  source: Record<string, string | undefined>,
  isProduction: boolean,
): { settings: Settings; findings: Finding[] } {
  const findings: Finding[] = [];
  const settings: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(Schema.shape)) {
    const parsed = schema.safeParse(source[name] || undefined);
    if (parsed.success) settings[name] = parsed.data;
    // Never the value: it may be a secret.
    else {
      const what = source[name] ? (parsed.error.issues[0]?.message ?? "is wrong") : "is not set";
      findings.push(failed("environment", `${name} ${what}`, NEXT));
    }
  }
  const read = settings as Settings;
  findings.push(...contradictions(read, source, isProduction));
  if (findings.length > 0) return { settings: read, findings };
  const mode = read.APP_ENV ?? "development";
  return {
    settings: read,
    findings: [
      ok("environment", `complete and consistent, as far as email depends on it (${mode})`),
    ],
  };
}

function contradictions(
  settings: Settings,
  source: Record<string, string | undefined>,
  isProduction: boolean,
): Finding[] {
  const findings: Finding[] = [];
  const refuse = (found: string, next = NEXT) => findings.push(failed("environment", found, next));
  const keys = Object.fromEntries(
    KEYS.map((name) => [name, settings[name as keyof Settings] ?? []]),
  );
  for (const [name, message] of keyProblems(keys as Record<string, Keys>, KEYS, isProduction)) {
    refuse(`${name} ${message}`, "openssl rand -base64 32");
  }
  const {
    AWS_REGION: region,
    SES_EVENTS_TOPIC_ARN: topic = "",
    SES_EVENTS_QUEUE_URL: queue,
  } = settings;
  const viaSes = usesSes(settings);
  if (viaSes && !region) refuse("AWS_REGION is not set", "Set AWS_REGION, or: pnpm aws:env");
  const topicRegion = topic.split(":")[3];
  if (viaSes && region && topicRegion && topicRegion !== region) {
    refuse(
      `SES_EVENTS_TOPIC_ARN is in ${topicRegion}, and AWS_REGION is ${region}: SES publishes only in its own region`,
      "pnpm aws:env",
    );
  }
  const [, queueRegion] = /^https:\/\/sqs\.([\w-]+)\.amazonaws\./.exec(queue ?? "") ?? [];
  if (viaSes && region && queueRegion && queueRegion !== region) {
    refuse(
      `SES_EVENTS_QUEUE_URL is in ${queueRegion}, and AWS_REGION is ${region}`,
      "pnpm aws:env",
    );
  }
  const host = settings.EMAIL_TRANSPORT === "smtp" ? settings.SMTP_HOST : undefined;
  const [, smtpRegion] =
    /(?:^|\.)email-smtp(?:-fips)?\.([\w-]+)\.(?:vpce\.)?amazonaws\./.exec(host ?? "") ?? [];
  if (region && smtpRegion && smtpRegion !== region) {
    refuse(
      `SMTP_HOST is in ${smtpRegion}, and AWS_REGION is ${region}: email goes through the former, and the latter is checked`,
      "pnpm aws:env",
    );
  }
  for (const name of ["SES_CONFIGURATION_SET", "SES_SECURITY_CONFIGURATION_SET"] as const) {
    if (viaSes && !settings[name]) {
      refuse(
        `${name} is not set: SES reports no bounce and no complaint without it`,
        "pnpm aws:env",
      );
    }
  }
  if (isProduction && !source["APP_ENV"]) {
    const found = "APP_ENV is not set, so web and the worker run as in development";
    refuse(found, "Set APP_ENV=production, and restart them");
  }
  if (isProduction) findings.push(...unfitForProduction(settings, source));
  else if (viaSes && !standsIn(settings) && !settings.EMAIL_ALLOW_TO && !settings.EMAIL_REDIRECT_TO)
    refuse(
      "outside production no email leaves this machine without EMAIL_ALLOW_TO or EMAIL_REDIRECT_TO",
      "Set EMAIL_ALLOW_TO=you@example.com, or APP_ENV=production",
    );
  return findings;
}

function unfitForProduction(
  settings: Settings,
  source: Record<string, string | undefined>,
): Finding[] {
  const findings: Finding[] = [];
  for (const name of ENDPOINTS) {
    if (!source[name]) continue;
    const next = `Set ${name} to empty, and restart web and the worker`;
    findings.push(
      isLocal(source[name])
        ? failed("endpoint", `${name} is set to this machine: no email reaches anybody`, next)
        : warning("endpoint", `${name} is set: email goes there and not to AWS`, next),
    );
  }
  if (settings.APP_URL?.startsWith("http:")) {
    findings.push(failed("environment", "APP_URL must be https in production", NEXT));
  }
  if (settings.SES_EVENTS_TOPIC_ARN?.includes(":000000000000:")) {
    const found = "SES_EVENTS_TOPIC_ARN is the stand-in's";
    findings.push(failed("environment", found, "pnpm aws:env"));
  }
  if (settings.EMAIL_FROM?.endsWith("@example.com")) {
    const found = "EMAIL_FROM is the example of .env.example";
    findings.push(failed("environment", found, "Set EMAIL_FROM to an address of your own domain"));
  }
  if (settings.EMAIL_REDIRECT_TO) {
    const found = "EMAIL_REDIRECT_TO is set: one address receives every email of production";
    findings.push(warning("environment", found, "Set EMAIL_REDIRECT_TO to empty"));
  } else if (settings.EMAIL_ALLOW_TO) {
    const found =
      "EMAIL_ALLOW_TO is set: production sends to nobody else, and closes the rest as failed";
    findings.push(warning("environment", found, "Set EMAIL_ALLOW_TO to empty"));
  }
  return findings;
}

/** Whether email goes through SES, by its API or by its SMTP. */
export function usesSes({ EMAIL_TRANSPORT, SMTP_HOST = "" }: Settings): boolean {
  return EMAIL_TRANSPORT !== "smtp" || SMTP_HOST.endsWith(".amazonaws.com");
}

/** Whether ses-local stands in for SES. */
export function standsIn({ AWS_ENDPOINT_URL_SESV2, AWS_ENDPOINT_URL }: Settings): boolean {
  return isLocal(AWS_ENDPOINT_URL_SESV2 ?? AWS_ENDPOINT_URL);
}

function isLocal(address: string | undefined): boolean {
  if (!address || !URL.canParse(address)) return false;
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(address).hostname);
}

/** The senders, one for each domain. */
export function sendersOf(settings: Settings): string[] {
  const { EMAIL_FROM, EMAIL_FROM_SECURITY, EMAIL_FROM_ACCOUNT } = settings;
  const senders = new Map<string, string>();
  for (const from of [EMAIL_FROM, EMAIL_FROM_SECURITY, EMAIL_FROM_ACCOUNT]) {
    if (from && !senders.has(domainOf(from))) senders.set(domainOf(from), from);
  }
  return [...senders.values()];
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}
