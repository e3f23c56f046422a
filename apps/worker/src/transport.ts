import { type Transport, createSesTransport } from "@repo/email/deliver";
import { createSmtpTransport } from "@repo/email/smtp";
import type { Env } from "./env.ts";

/** Makes the transport of EMAIL_TRANSPORT. */
export function createTransport(env: Env): Transport {
  const sender = {
    from: env.EMAIL_FROM,
    fromByCategory: { security: env.EMAIL_FROM_SECURITY, account: env.EMAIL_FROM_ACCOUNT },
    configurationSet: env.SES_CONFIGURATION_SET,
    securityConfigurationSet: env.SES_SECURITY_CONFIGURATION_SET,
    loopbackOnly: env.loopbackOnly,
    concurrency: env.EMAIL_CONCURRENCY,
  };
  if (env.EMAIL_TRANSPORT === "ses") return createSesTransport(sender);
  return createSmtpTransport({
    ...sender,
    host: env.SMTP_HOST,
    port: env.SMTP_PORT,
    username: env.SMTP_USERNAME,
    password: env.SMTP_PASSWORD,
  });
}
