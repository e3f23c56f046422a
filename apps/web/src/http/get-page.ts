import { type RequestHandler, Router } from "express";
import { methodNotAllowed } from "./errors.tsx";

/** A page without a form: it answers GET, and refuses other methods. */
export function getPage<Params extends Record<string, string> = Record<string, string>>(
  path: string,
  ...handlers: RequestHandler<Params>[]
): Router {
  const router = Router();
  router
    .route(path)
    .get(...handlers)
    .all(methodNotAllowed("GET"));
  return router;
}
