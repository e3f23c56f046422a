import type { Db } from "@repo/db";
import type { Enqueue } from "@repo/email/enqueue";
import { defaultLocale } from "@repo/locales";
import type { EmailTemplates } from "@repo/templates/registry";
import express, { type Express, type RequestHandler } from "express";
import type { Logger } from "pino";
import { type AccountConfig, accountRoutes } from "./accounts/routes.ts";
import { errorHandler, notFound } from "./http/errors.tsx";
import { health } from "./http/health.ts";
import { chooseLanguage } from "./http/language.ts";
import { requestLog } from "./http/log.ts";
import type { Metrics } from "./http/metrics.ts";
import { publicFiles } from "./http/public-files.ts";
import type { EmailState } from "./http/readiness.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { emailPreferences } from "./pages/email-preferences.tsx";
import { home } from "./pages/home.tsx";
import { type PreferencesConfig, unsubscribe } from "./pages/unsubscribe.tsx";
import { loadAssets } from "./ui/assets.ts";

interface AppConfig {
  db: Db;
  log: Logger;
  /** What `/readyz` says about email. It throws if the app is not ready. */
  emailState: () => Promise<EmailState>;
  /** Aborted when the app is about to end. Default: never. */
  stopping?: AbortSignal;
  /** Counts each answer. Default: nothing is counted. */
  metrics?: Pick<Metrics, "count" | "countLimit"> | undefined;
  /** APP_URL: where people reach the app. */
  appUrl: string;
  /** TRUST_PROXY: proxies in front of the app. */
  trustProxy: number;
  /** Routes for posts of other programs. They come before cookies are read. */
  webhooks: RequestHandler[];
  /** The routes for programs with an API key. These, too, come before cookies are read. */
  api: RequestHandler;
  preferences: PreferencesConfig;
  enqueue: Enqueue<EmailTemplates>;
  accounts: Omit<AccountConfig, "db" | "enqueue" | "appUrl" | "preferencesOf" | "onLimit">;
}

/** Builds the app. It does not listen on a port. */
export function createApp({
  db,
  log,
  emailState,
  stopping = new AbortController().signal,
  metrics,
  appUrl,
  trustProxy,
  webhooks,
  api,
  preferences,
  enqueue,
  accounts,
}: AppConfig): Express {
  const { assets, serve } = loadAssets();

  const app = express();
  app.set("trust proxy", trustProxy);
  if (metrics) app.use(metrics.count);
  app.use(requestLog(log), securityHeaders(appUrl), (_req, res, next) => {
    res.locals.assets = assets;
    res.locals.locale = defaultLocale;
    // The client then opens a new connection, which a load balancer gives to another instance.
    if (stopping.aborted) res.set("Connection", "close");
    next();
  });
  app.use(health(emailState, stopping), ...webhooks);
  app.use(api);
  app.use(serve, publicFiles());

  app.use((_req, res, next) => {
    // Pages show the logged-in user, or contain the token of a link.
    res.set("Cache-Control", "no-store");
    next();
  }, chooseLanguage);
  // Mailbox providers post to the link, and they send no origin.
  app.use(unsubscribe(db, preferences), emailPreferences(db, preferences));
  const { preferencesOf } = preferences.links;
  const onLimit = metrics?.countLimit;
  app.use(accountRoutes({ db, enqueue, appUrl, preferencesOf, onLimit, ...accounts }));
  app.use(home());
  app.use(notFound, errorHandler);
  return app;
}
