import { invalidSettings } from "@repo/errors/settings";
import type { DevEnv } from "@repo/email/events";
import { KeySetting, KeysSetting, keyProblems } from "@repo/email/keys";
import {
  AllowToSetting,
  RedirectToSetting,
  SenderSetting,
  TopicArnSetting,
} from "@repo/email/settings";
import { z } from "zod";

const optional = z.string().min(1).optional();
const port = z.coerce.number().int().min(1).max(65_535);
const databaseUrl = z.url({ protocol: /^postgres(ql)?$/ });
// SES refuses every message for good if this set cannot exist.
// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSet.html
const configurationSet = z
  .string()
  .regex(/^[\w-]{1,64}$/, "must be 1 to 64 letters, digits, - and _")
  .optional();

const Env = z
  .object({
    APP_ENV: z.enum(["development", "staging", "production"]).default("development"),
    HOST: optional,
    APP_VERSION: z.string().min(1).max(100).default("unknown"),
    HEALTH_PORT: port.optional(),
    LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"),
    DATABASE_URL: databaseUrl,
    DIRECT_DATABASE_URL: databaseUrl.optional(),
    EMAIL_KEY: KeysSetting,
    OPT_OUT_KEY: KeySetting,
    AUTH_SECRET: KeysSetting,
    UNSUBSCRIBE_KEY: KeysSetting,
    APP_URL: z.url({ protocol: /^https?$/ }),
    EMAIL_FROM: SenderSetting,
    EMAIL_FROM_SECURITY: SenderSetting.optional(),
    EMAIL_FROM_ACCOUNT: SenderSetting.optional(),
    EMAIL_TRANSPORT: z.enum(["ses", "smtp"]).default("ses"),
    EMAIL_ALLOW_TO: AllowToSetting.optional(),
    EMAIL_REDIRECT_TO: RedirectToSetting.optional(),
    EMAIL_CONCURRENCY: z.coerce.number().int().min(1).max(1000).optional(),
    EMAIL_RATE: z.coerce.number().positive().optional(),
    AWS_REGION: optional,
    AWS_ENDPOINT_URL_SESV2: z.url().optional(),
    SES_CONFIGURATION_SET: configurationSet,
    SES_SECURITY_CONFIGURATION_SET: configurationSet,
    SES_EVENTS_QUEUE_URL: z.url({ protocol: /^https?$/ }).optional(),
    SES_EVENTS_TOPIC_ARN: TopicArnSetting.optional(),
    SMTP_HOST: z.string().min(1).default("localhost"),
    SMTP_PORT: port.default(587),
    SMTP_USERNAME: optional,
    SMTP_PASSWORD: optional,
  })
  .refine((env) => env.EMAIL_TRANSPORT !== "ses" || env.AWS_REGION, {
    path: ["AWS_REGION"],
    message: "is needed with EMAIL_TRANSPORT=ses",
  })
  .refine((env) => !env.SES_EVENTS_QUEUE_URL || env.AWS_REGION, {
    path: ["AWS_REGION"],
    message: "is needed with SES_EVENTS_QUEUE_URL",
  })
  .refine((env) => !env.SES_EVENTS_QUEUE_URL || env.SES_EVENTS_TOPIC_ARN, {
    path: ["SES_EVENTS_TOPIC_ARN"],
    message: "is needed with SES_EVENTS_QUEUE_URL: only this topic's events are accepted",
  })
  .check(({ value: env, issues }) => {
    const refuse = (name: keyof typeof env, message: string) =>
      issues.push({ code: "custom", path: [name], message, input: undefined });
    const isProduction = env.APP_ENV === "production";
    const names = ["AUTH_SECRET", "EMAIL_KEY", "OPT_OUT_KEY", "UNSUBSCRIBE_KEY"] as const;
    for (const [name, message] of keyProblems(env, names, isProduction)) refuse(name, message);
  })
  .transform((env) => ({
    ...env,
    /** Outside production, email leaves this machine only if a setting allows it. */
    loopbackOnly: env.APP_ENV !== "production" && !env.EMAIL_ALLOW_TO && !env.EMAIL_REDIRECT_TO,
  }));

export type Env = z.infer<typeof Env> & DevEnv;

/**
 * Reads the worker's settings; `.env.example` explains each.
 *
 * @throws AppError `INVALID_ENV`: names each missing or malformed setting, never its value
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  // `NAME=` in an env file means "not set".
  const set = Object.entries(source).filter(([, value]) => value !== "");
  const parsed = Env.safeParse(Object.fromEntries(set));
  if (parsed.success) return parsed.data;
  throw invalidSettings("The worker", parsed.error.issues, source);
}
