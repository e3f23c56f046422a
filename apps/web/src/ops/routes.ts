import type { Accounts } from "@repo/accounts";
import type { Db } from "@repo/db";
import { createPseudonyms } from "@repo/email/erasure";
import type { Keys } from "@repo/email/keys";
import { Router } from "express";
import type { Cookies } from "../http/cookies.ts";
import { HttpError } from "../http/errors.tsx";
import { preferLanguage } from "../http/language.ts";
import { actions } from "./actions.tsx";
import { assets } from "./assets.ts";
import { home } from "./home.tsx";
import { messageChanges } from "./messages/change.tsx";
import { message } from "./messages/message.tsx";
import { messages } from "./messages/messages.tsx";
import { rates } from "./rates/rates.tsx";
import { showRefusal } from "./refusal.tsx";
import { requests } from "./requests.tsx";
import { changeSending } from "./sending/change.tsx";
import { sending } from "./sending/sending.tsx";
import { changeSuppressions } from "./suppressions/change.tsx";
import { exportSuppressions } from "./suppressions/export.tsx";
import { suppressions } from "./suppressions/suppressions.tsx";

export interface OpsConfig {
  db: Db;
  accounts: Accounts;
  cookies: Cookies;
  /** AUTH_SECRET. */
  secret: Keys;
  /** OPT_OUT_KEY. */
  optOutKey: Keys;
}

/**
 * The pages of operators: `/ops`. Everyone else gets the answer to an unknown path, with every
 * method. `pnpm person:role` makes an operator.
 */
export function ops(config: OpsConfig): Router {
  const { db, secret } = config;
  const pseudonyms = createPseudonyms(config.optOutKey);
  const router = Router();
  router.use((_req, res, next) =>
    next(res.locals.user?.role === "operator" ? undefined : "router"),
  );
  // These pages are in English only, and so are the parts that other pages have too.
  router.use((_req, res, next) => {
    preferLanguage(res, "en");
    next();
  });
  router.use((req, _res, next) => {
    // PostgreSQL's text cannot store this character.
    if (!req.originalUrl.includes("%00")) return next();
    throw new HttpError(
      400,
      "BAD_REQUEST",
      "The address of this page contains a NUL character. Remove %00.",
    );
  });
  router.use(
    assets(),
    home(db),
    rates(db),
    // Before `message`: its path would match too.
    messageChanges(config),
    messages(db),
    message(db),
    changeSuppressions({ ...config, pseudonyms }),
    exportSuppressions(config),
    suppressions(db, pseudonyms),
    requests(db, secret),
    changeSending(config),
    sending(db),
    actions(db),
  );
  router.use(showRefusal);
  return router;
}
