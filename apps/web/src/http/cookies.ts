import { SESSION_DAYS, SIGN_UP_DAYS } from "@repo/accounts";
import type { Request, Response } from "express";

const DAY = 24 * 60 * 60 * 1000;
// In days: the longest that browsers keep a cookie (RFC 6265bis, 5.5).
const LONGEST = 400;

/**
 * One of our cookies. Scripts and other sites cannot use it. On https, subdomains cannot set it.
 */
interface Cookie {
  read(req: Request): string | undefined;
  set(res: Response, value: string): void;
  clear(res: Response): void;
}

/** Every cookie that the app sets. */
export interface Cookies {
  /** The session token. */
  session: Cookie;
  /** The token of the newest sign-up in this browser. */
  signUp: Cookie;
  /** Proof that somebody has logged in with this browser before. */
  trusted: Cookie;
  /** The language that somebody has chosen in this browser. */
  language: Cookie;
}

export function createCookies(appUrl: string): Cookies {
  const secure = appUrl.startsWith("https:");
  const options = { httpOnly: true, sameSite: "lax", secure, path: "/" } as const;

  function cookie(plainName: string, days: number): Cookie {
    // With this prefix no subdomain can set or shadow the cookie (RFC 6265bis). It needs https.
    const name = secure ? `__Host-${plainName}` : plainName;
    return {
      read: (req) => readCookie(req.headers.cookie, name),
      set: (res, value) => void res.cookie(name, value, { ...options, maxAge: days * DAY }),
      clear: (res) => void res.clearCookie(name, options),
    };
  }

  return {
    session: cookie("session", SESSION_DAYS.most),
    signUp: cookie("sign-up", SIGN_UP_DAYS),
    trusted: cookie("trusted-browser", LONGEST),
    language: cookie("language", LONGEST),
  };
}

function readCookie(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
