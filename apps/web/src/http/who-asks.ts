import type { Accounts, Caller, LogIn } from "@repo/accounts";
import type { RequestHandler, Response } from "express";
import type { Cookies } from "./cookies.ts";

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
    const session = cookies.session.read(req);
    if (session !== undefined) {
      res.locals.session = session;
      const user = await accounts.current(session);
      if (user) res.locals.user = user;
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
  delete res.locals.user;
}
