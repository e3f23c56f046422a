import { type Request, type Response, Router } from "express";
import type { ReactElement } from "react";
import { z } from "zod";
import { type Texts, textsOf } from "../texts/texts.ts";
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

/** What a form shows. After a refusal it shows the typed values again. */
export interface FormState {
  /** Where it posts to. */
  path: string;
  values: Record<string, string>;
  errors: FieldErrors;
  /** Why the form as a whole was refused. */
  message?: string;
}

interface FormPage<Shape extends z.ZodRawShape, Opened> {
  path: string;
  /** Field name → schema, for the form and for JSON. */
  fields: Shape;
  /**
   * Runs before the form is shown. Returns what else the page needs, for example whose link it is.
   * An error that it throws is shown instead of the form, or sent as JSON.
   */
  open?: (values: Record<string, string>, res: Response) => Promise<Opened>;
  /** What a program needs besides the names of the fields, made from the result of `open`. */
  json?: (opened: Opened) => object;
  /** The page with the form. */
  view: (form: FormState, opened: Opened | undefined) => ReactElement;
  /**
   * Handles the posted form. An error that it throws is shown on the page, or sent as JSON. It
   * returns undefined if it has answered by itself, with a file.
   */
  submit: (
    input: z.infer<z.ZodObject<Shape>>,
    res: Response,
    req: Request,
  ) => Promise<Answer | undefined>;
}

/** A page with a form that posts to the page's own path. A JSON post gets a JSON answer. */
export function formPage<Shape extends z.ZodRawShape, Opened = undefined>({
  path,
  fields,
  open = () => Promise.resolve(undefined as Opened),
  json = () => ({}),
  view,
  submit,
}: FormPage<Shape, Opened>): Router {
  const schema = z.object(fields);
  const names = Object.keys(fields);
  const shown = names.filter((name) => !isSecret(fields[name] as z.ZodType));

  /** The values that are safe to show again: text in known fields that are not secret. */
  function typed(source: object): Record<string, string> {
    const pairs = Object.entries(source).filter(
      ([name, value]) => shown.includes(name) && typeof value === "string",
    );
    return Object.fromEntries(pairs);
  }

  /** Shows the form with the error. An error on our side (500 and up) gets its own page. */
  function refuse(req: Request, res: Response, thrown: unknown, source: object, opened?: Opened) {
    const { locale } = res.locals;
    const error = toHttpError(thrown, locale);
    if (error.status >= 500) throw thrown;
    const { fields: errors = {} } = error;
    // If a field shows the message, do not repeat it above the form.
    const { lookAgain } = textsOf(locale).form;
    const message = Object.values(errors).includes(error.message) ? lookAgain : error.message;
    sendError(req, res, error, view({ path, values: typed(source), errors, message }, opened));
  }

  /** Runs `open` again. If the link has died, that error matters more than any other. */
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
        sendAnswer(req, res, {
          page,
          json: { method: "POST", path, fields: names, ...json(opened) },
        });
      } catch (thrown) {
        refuse(req, res, thrown, req.query);
      }
    })
    .post(...readBody, async (req, res) => {
      const input = schema.safeParse(req.body);
      try {
        if (!input.success) throw invalid(input.error, textsOf(res.locals.locale));
        const answer = await submit(input.data, res, req);
        if (answer) sendAnswer(req, res, answer);
      } catch (thrown) {
        // A program needs only the error. A person sees the page again.
        const opened = wantsJson(req) ? undefined : await reopen(req, res);
        if (opened instanceof Error) refuse(req, res, opened, req.body);
        else refuse(req, res, thrown, req.body, opened);
      }
    })
    .all(methodNotAllowed("GET", "POST"));
  return router;
}

function invalid(error: z.ZodError, texts: Texts): HttpError {
  const known: Record<string, string> = texts.fields;
  const fields: FieldErrors = {};
  for (const { path, message } of error.issues) {
    fields[String(path[0])] ??= Object.hasOwn(known, message) ? (known[message] ?? "") : message;
  }
  return new HttpError(422, "INVALID_INPUT", texts.form.lookAgain, { fields });
}
