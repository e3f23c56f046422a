import type { Request, Response } from "express";
import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import type { Assets } from "../ui/assets.ts";
import { Site } from "../ui/layout.tsx";

declare global {
  namespace Express {
    /** What the middlewares in app.ts find out about a request. */
    interface Locals {
      /** Paths of the stylesheet and the script. */
      assets: Assets;
      /** In the header of every page. */
      nav?: ReactElement;
      /** Code of the error that was answered, for the log. */
      code?: string;
      /** What else the log may know of it. */
      detail?: Record<string, unknown>;
      /** Of the request's line in the log, where it is not that of its status. */
      level?: "silent" | "warn";
    }
  }
}

/** What a route says: a page to people, the same in JSON to programs. */
export interface Answer {
  /** 200 by default. */
  status?: number;
  json: object;
  /** Another path is where a browser goes next (303). */
  page: ReactElement | string;
}

export function isJson(req: Request): boolean {
  return /^application\/json\b/i.test(req.headers["content-type"] ?? "");
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
  const { assets, nav } = res.locals;
  const html = renderToStaticMarkup(<Site value={{ assets, nav }}>{page}</Site>);
  res.status(status).type("html").send(`<!doctype html>${html}`);
}
