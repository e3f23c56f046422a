import type { ErrorRequestHandler } from "express";
import { sendError, toHttpError } from "../http/errors.tsx";
import { asRefusal } from "./errors.ts";
import { OpsPage } from "./page.tsx";

/** Shows a refusal with the menu of these pages. The app's last handler shows a fault. */
export const showRefusal: ErrorRequestHandler = (thrown, req, res, next) => {
  const error = toHttpError(asRefusal(thrown));
  if (res.headersSent || error.status >= 500) return next(thrown);
  sendError(
    req,
    res,
    error,
    <OpsPage title="Error">
      <h1>That did not work</h1>
      <Refusal message={error.message} />
    </OpsPage>,
  );
};

/** Why something was refused. */
export function Refusal({ message }: { message: string }) {
  return (
    <p className="alert" role="alert">
      {message}
    </p>
  );
}
