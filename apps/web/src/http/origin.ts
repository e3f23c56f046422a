import type { RequestHandler } from "express";
import { textsOf } from "../texts/texts.ts";
import { isJson } from "./answer.tsx";
import { HttpError } from "./errors.tsx";

// Methods that change nothing.
const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses a post that another site made a browser send. Every current browser says where a post
 * comes from, so a post that does not say is refused too. JSON without a session is accepted: a
 * foreign page cannot send it without CORS, and it acts for nobody.
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
    // "none": the person caused the request, for example by a reload.
    const siteAgrees = site === undefined || site === "same-origin" || site === "none";
    if (fromHere && siteAgrees && (origin ?? site) !== undefined) return next();
    const { foreignOrigin } = textsOf(res.locals.locale).form;
    throw new HttpError(403, "FOREIGN_ORIGIN", foreignOrigin(own));
  };
}
