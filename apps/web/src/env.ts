import { invalidSettings } from "@repo/errors/settings";
import type { DevEnv } from "@repo/email/events";
import { KeySetting, KeysSetting, keyProblems } from "@repo/email/keys";
import { TopicArnSetting } from "@repo/email/settings";
import { z } from "zod";

const LOCAL = new Set(["localhost", "127.0.0.1", "[::1]"]);

const Env = z
  .object({
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    HOST: z.string().min(1).optional(),
    METRICS_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
    APP_URL: z
      .url({
        protocol: /^https?$/,
        error: "must be an http or https address with its host",
        abort: true,
      })
      .refine(
        (url) => new URL(url).href === `${new URL(url).origin}/`,
        "must have no path or query",
      )
      .transform((url) => new URL(url).origin),
    APP_ENV: z.enum(["development", "staging", "production"]).default("development"),
    AUTH_SECRET: KeysSetting,
    EMAIL_KEY: KeysSetting,
    OPT_OUT_KEY: KeySetting,
    UNSUBSCRIBE_KEY: KeysSetting,
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// address" }),
    SES_EVENTS_TOPIC_ARN: TopicArnSetting,
    // The SDK reads this. Here it is for dev.ts.
    AWS_ENDPOINT_URL_SESV2: z.url().optional(),
    DIRECT_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    TRUST_PROXY: z.coerce.number().int().min(0).default(0),
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout
    KEEP_ALIVE_SECONDS: z.coerce.number().int().min(1).max(3_600).default(75),
    DRAIN_SECONDS: z.coerce.number().int().min(0).max(300).default(5),
    LIMIT_SCALE: z.coerce.number().min(1).default(1),
    // Node.js itself reads it when it starts.
    UV_THREADPOOL_SIZE: z.coerce.number().int().min(2).max(1024).default(4),
    NODE_ENV: z.string().optional(),
    LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"),
  })
  .check(({ value: env, issues }) => {
    const refuse = (name: keyof typeof env, message: string) =>
      issues.push({ code: "custom", path: [name], message, input: undefined });
    const isProduction = env.APP_ENV === "production";
    const names = ["AUTH_SECRET", "EMAIL_KEY", "OPT_OUT_KEY", "UNSUBSCRIBE_KEY"] as const;
    for (const [name, message] of keyProblems(env, names, isProduction)) refuse(name, message);
    if (env.NODE_ENV === "production" && env.APP_ENV === "development") {
      refuse("APP_ENV", "is development while NODE_ENV is production; set APP_ENV=production");
    }
    if (!isProduction) return;
    if (env.LIMIT_SCALE !== 1) refuse("LIMIT_SCALE", "is for load tests; unset it in production");
    const { protocol, hostname } = new URL(env.APP_URL);
    if (protocol === "http:" && !LOCAL.has(hostname))
      refuse("APP_URL", "must be https in production");
    if (env.SES_EVENTS_TOPIC_ARN.includes(":000000000000:")) {
      refuse(
        "SES_EVENTS_TOPIC_ARN",
        "is the value from .env.example; set the ARN of your own topic",
      );
    }
  });

/** The settings of the app; .env.example explains each. */
export type Env = z.infer<typeof Env> & DevEnv;

/**
 * Reads the settings.
 *
 * @param defaults values of settings that are not set; `NAME=` counts as not set
 * @throws AppError `INVALID_ENV`: names each missing or malformed setting, never its value
 */
export function readEnv(
  defaults: Partial<Record<keyof Env, string>> = {},
  source: NodeJS.ProcessEnv = process.env,
): Env {
  const set = Object.entries(source).filter(([, value]) => value !== "");
  const result = Env.safeParse({ ...defaults, ...Object.fromEntries(set) });
  if (result.success) return result.data;
  throw invalidSettings("The app", result.error.issues, source);
}
