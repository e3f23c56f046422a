import type { Request, Response } from "express";
import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import type { Assets } from "../ui/assets.ts";
import { Site } from "../ui/site.ts";

declare global {
  namespace Express {
    /** What the middlewares in app.ts find out about a request. */
    interface Locals {
      /** Paths of the stylesheet and the script. */
      assets: Assets;
      /** The links in the header of the page. */
      nav?: ReactElement;
      /** For the log: the code of the error in the response. */
      code?: string;
      /** For the log: details of that error. */
      detail?: Record<string, unknown>;
      /** Log level of this request. Default: from the response's status. */
      level?: "silent" | "warn";
    }
  }
}

/** A route's response: a page for people, the same as JSON for programs. */
export interface Answer {
  /** Default: 200. */
  status?: number;
  json: object;
  /** A string is a path: the browser is redirected there (303). */
  page: ReactElement | string;
}

export function isJson(req: Request): boolean {
  return /^application\/json\s*(?:;|$)/i.test(req.headers["content-type"] ?? "");
}

/** A JSON request gets JSON. Without a body, `Accept` decides. */
export function wantsJson(req: Request): boolean {
  return isJson(req) || req.accepts(["html", "json"]) === "json";
}

export function sendAnswer(req: Request, res: Response, answer: Answer): void {
  const { status = 200, json, page } = answer;
  if (wantsJson(req)) res.status(status).json(json);
  else if (typeof page === "string") res.redirect(303, page);
  else sendPage(res, status, page);
}

export function sendPage(res: Response, status: number, page: ReactElement): void {
  const { assets, nav, locale } = res.locals;
  const html = renderToStaticMarkup(<Site value={{ assets, nav, locale }}>{page}</Site>);
  res.status(status).type("html").send(`<!doctype html>${html}`);
}
