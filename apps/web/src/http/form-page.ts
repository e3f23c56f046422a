import { type Request, type RequestHandler, type Response, Router } from "express";
import type { ReactElement } from "react";
import { z } from "zod";
import { type Answer, sendAnswer } from "./answer.tsx";
import { readBody } from "./body.ts";
import {
  type FieldErrors,
  HttpError,
  methodNotAllowed,
  sendError,
  toHttpError,
} from "./errors.tsx";

/** What a form shows: empty at first, and again with what was typed when it was refused. */
export interface FormState {
  /** Where it posts to. */
  path: string;
  values: Record<string, string>;
  errors: FieldErrors;
  /** Why the form as a whole was refused. */
  message?: string;
}

interface FormPage<Shape extends z.ZodRawShape> {
  path: string;
  /** Field name → schema, for the form and for JSON. */
  fields: Shape;
  /** The page with the form. */
  view: (form: FormState) => ReactElement;
  /** Does what the form is for. What it throws is shown on the page, or answered in JSON. */
  submit: (input: z.infer<z.ZodObject<Shape>>, res: Response) => Promise<Answer>;
}

/** A page with a form that posts to the same path; JSON posted there is answered in JSON. */
export function formPage<Shape extends z.ZodRawShape>(
  sameOrigin: RequestHandler,
  { path, fields, view, submit }: FormPage<Shape>,
): Router {
  const schema = z.object(fields);
  const names = Object.keys(fields);

  async function post(req: Request, res: Response): Promise<void> {
    const input = schema.safeParse(req.body);
    try {
      if (!input.success) throw invalid(input.error);
      sendAnswer(req, res, await submit(input.data, res));
    } catch (thrown) {
      const error = toHttpError(thrown);
      if (error.status >= 500) throw thrown;
      const values = typed(req.body, names);
      const errors = error.fields ?? {};
      sendError(req, res, error, view({ path, values, errors, message: error.message }));
    }
  }

  const router = Router();
  router
    .route(path)
    .get((req, res) => {
      const page = view({ path, values: typed(req.query, names), errors: {} });
      sendAnswer(req, res, { page, json: { method: "POST", path, fields: names } });
    })
    .post(sameOrigin, ...readBody, post)
    .all(methodNotAllowed("GET", "POST"));
  return router;
}

function invalid(error: z.ZodError): HttpError {
  const fields: FieldErrors = {};
  for (const { path, message } of error.issues) fields[String(path[0])] ??= message;
  return new HttpError(422, "INVALID_INPUT", "Some fields need another look.", { fields });
}

/** What is safe to show again: text, and never a password. */
function typed(source: object, names: string[]): Record<string, string> {
  const shown = Object.entries(source).filter(
    ([name, value]) => names.includes(name) && name !== "password" && typeof value === "string",
  );
  return Object.fromEntries(shown);
}
