import type { Accounts, Caller, LogIn, SessionUser } from "@repo/accounts";
import type { RequestHandler, Response } from "express";
import { preferLanguage } from "./language.ts";
import { AccountNav } from "../ui/account-nav.tsx";
import type { Cookies } from "./cookies.ts";
import { describeDevice } from "./device.ts";

declare global {
  namespace Express {
    interface Locals {
      /** The client, as packages/accounts needs it. */
      caller: Caller;
      /** The session token from the cookie. */
      session?: string;
      /** The logged-in user, if any. */
      user?: SessionUser;
    }
  }
}

/** Finds out who sends a request, and puts it into `res.locals`. */
export function identifyClient(accounts: Accounts, cookies: Cookies): RequestHandler {
  return async (req, res, next) => {
    const gone = new AbortController();
    res.once("close", () => gone.abort());
    const session = cookies.session.read(req);
    preferLanguage(res, cookies.language.read(req));
    const caller: Caller = {
      ip: req.ip ?? "",
      signal: gone.signal,
      session,
      device: describeDevice(req.headers["user-agent"]),
      locale: res.locals.locale,
      signUp: cookies.signUp.read(req),
      trusted: cookies.trusted.read(req),
    };
    res.locals.caller = caller;
    showUser(res, undefined);
    if (session !== undefined) {
      res.locals.session = session;
      const user = await accounts.current(session);
      if (user) showUser(res, user);
    }
    next();
  };
}

/** Logs this browser in, and ends its earlier session. */
export async function beginSession(
  accounts: Accounts,
  cookies: Cookies,
  res: Response,
  { session, trusted }: LogIn,
): Promise<void> {
  if (res.locals.session !== undefined) await accounts.logOut(res.locals.session);
  cookies.session.set(res, session);
  cookies.trusted.set(res, trusted);
}

/** Logs this browser out. */
export async function leaveSession(
  accounts: Accounts,
  cookies: Cookies,
  res: Response,
): Promise<void> {
  if (res.locals.session !== undefined) await accounts.logOut(res.locals.session);
  cookies.session.clear(res);
  showUser(res, undefined);
}

/** Sets the user, and what depends on the user: the language, and the links in the header. */
function showUser(res: Response, user: SessionUser | undefined): void {
  if (user) res.locals.user = user;
  else delete res.locals.user;
  // The account's language goes before the browser's.
  preferLanguage(res, user?.locale);
  res.locals.nav = <AccountNav user={user} />;
}
