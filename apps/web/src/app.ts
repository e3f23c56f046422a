import { createAccounts } from "@repo/accounts";
import type { Db } from "@repo/db";
import type { Enqueue } from "@repo/email/enqueue";
import type { Ingest } from "@repo/email/events";
import type { EmailTemplates } from "@repo/templates/registry";
import express, { type Express } from "express";
import helmet from "helmet";
import type { Logger } from "pino";
import { createCookies } from "./http/cookies.ts";
import { errorHandler, notFound } from "./http/errors.tsx";
import { health } from "./http/health.ts";
import { requestLog } from "./http/log.ts";
import { sameOrigin } from "./http/origin.ts";
import { publicFiles } from "./http/public-files.ts";
import { whoAsks } from "./http/who-asks.ts";
import { account } from "./pages/account.tsx";
import { forgotPassword } from "./pages/forgot-password.tsx";
import { home } from "./pages/home.tsx";
import { login } from "./pages/login.tsx";
import { logout } from "./pages/logout.ts";
import { resetPassword } from "./pages/reset-password.tsx";
import { signUpSent } from "./pages/signup-sent.tsx";
import { signup } from "./pages/signup.tsx";
import { verifyEmail } from "./pages/verify-email.tsx";
import { loadAssets } from "./ui/assets.ts";
import { sesWebhook } from "./webhooks/ses.ts";

interface AppConfig {
  db: Db;
  enqueue: Enqueue<EmailTemplates>;
  /** Takes what SNS posts. */
  ingest: Ingest;
  log: Logger;
  /** APP_URL: where people reach the app. */
  appUrl: string;
  /** AUTH_SECRET. */
  authSecret: string;
  /** TRUST_PROXY: proxies in front of the app. */
  trustProxy: number;
  /** LIMIT_SCALE: multiplies every limit. */
  limitScale?: number | undefined;
  /** How many passwords are hashed at once, each in a thread of libuv's. */
  hashesAtOnce?: number | undefined;
}

/** The app, wired; it does not listen. */
export function createApp({
  db,
  enqueue,
  ingest,
  log,
  appUrl,
  authSecret,
  trustProxy,
  limitScale,
  hashesAtOnce,
}: AppConfig): Express {
  const accounts = createAccounts({
    db,
    enqueue,
    secret: authSecret,
    appUrl,
    limitScale,
    hashesAtOnce,
  });
  const cookies = createCookies(appUrl);
  const { assets, serve } = loadAssets();

  const app = express();
  app.set("trust proxy", trustProxy);
  app.use(requestLog(log), securityHeaders(appUrl), (_req, res, next) => {
    res.locals.assets = assets;
    next();
  });
  app.use(health(db), sesWebhook(ingest));
  app.use(serve, publicFiles());

  app.use((_req, res, next) => {
    // Pages show who is logged in, or carry the token of a link.
    res.set("Cache-Control", "no-store");
    next();
  });
  app.use(whoAsks(accounts, cookies), sameOrigin(appUrl));
  app.use(
    home(),
    signup(accounts, cookies),
    signUpSent(accounts),
    login(accounts, cookies),
    logout(accounts, cookies),
    verifyEmail(accounts, cookies),
    forgotPassword(accounts),
    resetPassword(accounts, cookies),
    account(db),
  );
  app.use(notFound, errorHandler);
  return app;
}

function securityHeaders(appUrl: string) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    xFrameOptions: { action: "deny" },
    // On http it would do nothing but confuse.
    strictTransportSecurity: appUrl.startsWith("https:"),
    // helmet's own "no-referrer" makes browsers send "Origin: null" with our forms.
    referrerPolicy: { policy: "strict-origin" },
  });
}
