import type { Accounts, Caller, LogIn, SessionUser } from "@repo/accounts";
import type { RequestHandler, Response } from "express";
import { AccountNav } from "../ui/account-nav.tsx";
import type { Cookies } from "./cookies.ts";

declare global {
  namespace Express {
    interface Locals {
      /** Who asks, as accounts know it. */
      caller: Caller;
      /** The session's token, as the cookie has it. */
      session?: string;
      /** Who is logged in. */
      user?: SessionUser;
    }
  }
}

/** Finds out who sends a request, for all that comes after it: see `Locals`. */
export function whoAsks(accounts: Accounts, cookies: Cookies): RequestHandler {
  return async (req, res, next) => {
    const gone = new AbortController();
    res.once("close", () => gone.abort());
    const caller: Caller = {
      ip: req.ip ?? "",
      signal: gone.signal,
      signUp: cookies.signUp.read(req),
      trusted: cookies.trusted.read(req),
    };
    res.locals.caller = caller;
    greet(res, undefined);
    const session = cookies.session.read(req);
    if (session !== undefined) {
      res.locals.session = session;
      const user = await accounts.current(session);
      if (user) greet(res, user);
    }
    next();
  };
}

/** Logs this browser in. A log-in that it had before ends. */
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
  greet(res, undefined);
}

function greet(res: Response, user: SessionUser | undefined): void {
  if (user) res.locals.user = user;
  else delete res.locals.user;
  res.locals.nav = <AccountNav user={user} />;
}
