import { AppError } from "@repo/db/error";
import { parseAddress } from "@repo/email/enqueue";
import { z } from "zod";

const optional = z.string().min(1).optional();
const port = z.coerce.number().int().min(1).max(65_535);

const Env = z
  .object({
    APP_ENV: z.enum(["development", "staging", "production"]).default("development"),
    LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    EMAIL_KEY: z.string().min(32),
    EMAIL_FROM: z.string().refine(isSender, "must be an address, or Name <address>"),
    EMAIL_TRANSPORT: z.enum(["ses", "smtp"]).default("ses"),
    AWS_REGION: optional,
    AWS_ENDPOINT_URL_SESV2: z.url().optional(),
    SES_CONFIGURATION_SET: optional,
    SES_SECURITY_CONFIGURATION_SET: optional,
    SMTP_HOST: z.string().min(1).default("localhost"),
    SMTP_PORT: port.default(587),
    SMTP_USERNAME: optional,
    SMTP_PASSWORD: optional,
  })
  .refine((env) => env.EMAIL_TRANSPORT !== "ses" || env.AWS_REGION, {
    path: ["AWS_REGION"],
    message: "is needed with EMAIL_TRANSPORT=ses",
  })
  .refine((env) => env.APP_ENV !== "production" || !env.EMAIL_KEY.startsWith("development-only"), {
    path: ["EMAIL_KEY"],
    message: "is the one of .env.example; make your own: openssl rand -base64 32",
  });

/** SES would refuse every message from anything else, and for good. */
function isSender(from: string): boolean {
  const address = /^[^\r\n<>]*<([^<>]+)>$/.exec(from)?.[1] ?? from;
  try {
    return parseAddress(address).address !== "";
  } catch {
    return false;
  }
}

export type Env = z.infer<typeof Env>;

/**
 * Reads the worker's settings; `.env.example` explains each.
 *
 * @throws AppError `INVALID_ENV`, naming every setting that is missing or malformed, and none of their values
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  // KEY= in an env file means "not set".
  const set = Object.entries(source).filter(([, value]) => value !== "");
  const parsed = Env.safeParse(Object.fromEntries(set));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
  throw new AppError(
    "INVALID_ENV",
    `The worker cannot start; see .env.example.\n${lines.join("\n")}`,
  );
}
