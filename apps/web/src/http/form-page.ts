import { type Request, type Response, Router } from "express";
import type { ReactElement } from "react";
import { z } from "zod";
import { type Answer, sendAnswer, wantsJson } from "./answer.tsx";
import { readBody } from "./body.ts";
import {
  type FieldErrors,
  HttpError,
  methodNotAllowed,
  sendError,
  toHttpError,
} from "./errors.tsx";
import { isSecret } from "./fields.ts";

/** What a form shows: empty at first, and again with what was typed when it was refused. */
export interface FormState {
  /** Where it posts to. */
  path: string;
  values: Record<string, string>;
  errors: FieldErrors;
  /** Why the form as a whole was refused. */
  message?: string;
}

const LOOK_AGAIN = "Some fields need another look.";

interface FormPage<Shape extends z.ZodRawShape, Opened> {
  path: string;
  /** Field name → schema, for the form and for JSON. */
  fields: Shape;
  /**
   * Finds out what the page shows besides the fields, before the form is shown: whose link it is
   * that opened it. What it throws is shown instead, or answered in JSON.
   */
  open?: (values: Record<string, string>, res: Response) => Promise<Opened>;
  /** The page with the form. */
  view: (form: FormState, opened: Opened | undefined) => ReactElement;
  /** Does what the form is for. What it throws is shown on the page, or answered in JSON. */
  submit: (input: z.infer<z.ZodObject<Shape>>, res: Response, req: Request) => Promise<Answer>;
}

/** A page with a form that posts to the same path; JSON posted there is answered in JSON. */
export function formPage<Shape extends z.ZodRawShape, Opened = undefined>({
  path,
  fields,
  open = () => Promise.resolve(undefined as Opened),
  view,
  submit,
}: FormPage<Shape, Opened>): Router {
  const schema = z.object(fields);
  const names = Object.keys(fields);
  const shown = names.filter((name) => !isSecret(fields[name] as z.ZodType));

  /** What is safe to show again: text of these fields, none of them secret. */
  function typed(source: object): Record<string, string> {
    const pairs = Object.entries(source).filter(
      ([name, value]) => shown.includes(name) && typeof value === "string",
    );
    return Object.fromEntries(pairs);
  }

  /** The page with the reason why; what only our side can mend gets a page of its own. */
  function refuse(req: Request, res: Response, thrown: unknown, source: object, opened?: Opened) {
    const error = toHttpError(thrown);
    if (error.status >= 500) throw thrown;
    const { fields: errors = {} } = error;
    // What is said beside a field is not said above the form as well.
    const message = Object.values(errors).includes(error.message) ? LOOK_AGAIN : error.message;
    sendError(req, res, error, view({ path, values: typed(source), errors, message }, opened));
  }

  /** What the page shows, or why it cannot be opened any more: then nothing else matters. */
  async function reopen(req: Request, res: Response): Promise<Opened | Error> {
    try {
      return await open(typed(req.body), res);
    } catch (error) {
      return error as Error;
    }
  }

  const router = Router();
  router
    .route(path)
    .get(async (req, res) => {
      const values = typed(req.query);
      try {
        const opened = await open(values, res);
        const page = view({ path, values, errors: {} }, opened);
        sendAnswer(req, res, { page, json: { method: "POST", path, fields: names } });
      } catch (thrown) {
        refuse(req, res, thrown, req.query);
      }
    })
    .post(...readBody, async (req, res) => {
      const input = schema.safeParse(req.body);
      try {
        if (!input.success) throw invalid(input.error);
        sendAnswer(req, res, await submit(input.data, res, req));
      } catch (thrown) {
        // A program wants to know what is wrong with what it sent, a person sees the page again.
        const opened = wantsJson(req) ? undefined : await reopen(req, res);
        if (opened instanceof Error) refuse(req, res, opened, req.body);
        else refuse(req, res, thrown, req.body, opened);
      }
    })
    .all(methodNotAllowed("GET", "POST"));
  return router;
}

function invalid(error: z.ZodError): HttpError {
  const fields: FieldErrors = {};
  for (const { path, message } of error.issues) fields[String(path[0])] ??= message;
  return new HttpError(422, "INVALID_INPUT", LOOK_AGAIN, { fields });
}
