import type { RequestHandler } from "express";
import { isJson } from "./answer.tsx";
import { HttpError } from "./errors.tsx";

// What changes nothing.
const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses a post that another site made a browser send. Every current browser says where a
 * post comes from, so one that says nothing is refused as well; only JSON without a session is
 * let through, which no foreign page can send (it needs CORS) and which acts for nobody.
 *
 * OWASP, Cross-Site Request Forgery Prevention: verifying origin, Fetch Metadata.
 */
export function sameOrigin(appUrl: string): RequestHandler {
  const own = new URL(appUrl).origin;
  return (req, res, next) => {
    if (READS.has(req.method)) return next();
    if (isJson(req) && res.locals.session === undefined) return next();
    const { origin } = req.headers;
    const site = req.headers["sec-fetch-site"];
    const fromHere = origin === undefined || origin === own;
    // "none" is the person's own doing: a reload.
    const siteAgrees = site === undefined || site === "same-origin" || site === "none";
    if (fromHere && siteAgrees && (origin ?? site) !== undefined) return next();
    throw new HttpError(
      403,
      "FOREIGN_ORIGIN",
      `This has to be sent from ${own}. Open the page there; a program sends the header "Origin: ${own}".`,
    );
  };
}
