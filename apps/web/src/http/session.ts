import type { RequestHandler, Response } from "express";
import type { Accounts } from "../accounts/accounts.ts";
import { SESSION_DAYS } from "../accounts/sessions.ts";

const DAY = 24 * 60 * 60 * 1000;

/** The cookie that carries a session. */
export interface SessionCookie {
  /** Middleware: who sends the request, in `res.locals`. */
  read: RequestHandler;
  set(res: Response, session: string): void;
  clear(res: Response): void;
}

export function sessionCookie(accounts: Accounts, appUrl: string): SessionCookie {
  const secure = appUrl.startsWith("https:");
  // RFC 6265bis: with the prefix, no subdomain can set or shadow it. It needs https.
  const name = secure ? "__Host-session" : "session";
  const options = { httpOnly: true, sameSite: "lax", secure, path: "/" } as const;
  return {
    async read(req, res, next) {
      const session = readCookie(req.headers.cookie, name);
      if (session !== undefined) {
        res.locals.session = session;
        const user = await accounts.current(session);
        if (user) res.locals.user = user;
      }
      next();
    },
    set(res, session) {
      res.cookie(name, session, { ...options, maxAge: SESSION_DAYS * DAY });
    },
    clear(res) {
      res.clearCookie(name, options);
      delete res.locals.user;
    },
  };
}

function readCookie(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
