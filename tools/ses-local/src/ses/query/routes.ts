import { randomUUID } from "node:crypto";
import express, { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import type { Accept } from "../accept.ts";
import type { Account } from "../account.ts";
import { SesError } from "../error.ts";
import { NoAnswer } from "../faults.ts";
import type { Json } from "../json.ts";
import { regionOf } from "../credentials.ts";
import { sendEmail } from "../send-email.ts";
import { toSendEmail, toSendRawEmail } from "./request.ts";
import { errorXml, responseXml } from "./xml.ts";

// https://docs.aws.amazon.com/ses/latest/APIReference/Welcome.html
const VERSION = "2010-12-01";

/**
 * SES's older API, the Query API: `POST /` with a form, answered in XML. boto3's client `ses` and
 * `@aws-sdk/client-ses` speak it. It has SendEmail, SendRawEmail and GetSendQuota, which behave as
 * those of the v2 API.
 */
export function queryRoutes({
  accept,
  account,
  log,
}: {
  accept: Accept;
  account: Account;
  log: (line: string) => void;
}): Router {
  const to = { account, accept };
  const actions: Record<string, (params: URLSearchParams, region: string) => Promise<Json> | Json> =
    {
      SendEmail: (params, region) => sendEmail(toSendEmail(params), region, to),
      SendRawEmail: (params, region) => sendEmail(toSendRawEmail(params), region, to),
      GetSendQuota: () => account.describe().SendQuota,
    };

  const handle: RequestHandler = async (req, res) => {
    const params = new URLSearchParams(String(req.body));
    const name = params.get("Action") ?? "";
    const region = regionOf(req);
    if (region === undefined) {
      throw new SesError("MissingAuthenticationToken", "Missing Authentication Token", 403);
    }
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action || params.get("Version") !== VERSION) {
      const version = params.get("Version") ?? "";
      const message = `Could not find operation ${name} for version ${version}`;
      throw new SesError("InvalidAction", message);
    }
    res.send(responseXml(name, await action(params, region), res.locals["requestId"]));
  };

  const answerError: ErrorRequestHandler = (error, req, res, _next) => {
    if (error instanceof NoAnswer) {
      log(`no answer: ${error.message}`);
      res.destroy();
      return;
    }
    const { code, message, status } = asQueryError(error);
    if (status < 500 || error instanceof SesError) log(`refused: ${code}: ${message}`);
    else log(`${req.method} ${req.originalUrl} failed: ${error?.stack}`);
    res.status(status).send(errorXml({ code, message, status }, res.locals["requestId"]));
  };

  const router = Router();
  const isQuery: RequestHandler = (req, res, next) => {
    if (req.method !== "POST" || req.path !== "/" || !req.is("urlencoded")) return next("router");
    res.locals["requestId"] = randomUUID();
    res.set("x-amzn-requestid", res.locals["requestId"]).type("text/xml");
    next();
  };
  // A message of 40 MB has 54 MB in base64, and more where the form encodes it.
  router.use(isQuery, express.text({ type: () => true, limit: "80mb" }), handle);
  router.use(answerError);
  return router;
}

/** The exceptions of the v2 API, by the codes of this one. */
const CODES: Record<string, string> = {
  NotFoundException: "ConfigurationSetDoesNotExist",
  SendingPausedException: "AccountSendingPausedException",
  AccountSuspendedException: "MessageRejected",
  TooManyRequestsException: "Throttling",
  AccessDeniedException: "AccessDenied",
  BadRequestException: "InvalidParameterValue",
  SerializationException: "InvalidParameterValue",
  ServiceUnavailableException: "ServiceUnavailable",
};

// https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html
function asQueryError(error: unknown): { code: string; message: string; status: number } {
  if (!(error instanceof SesError)) {
    if ((error as { type?: string }).type === "entity.too.large") {
      const message = "Message length is more than 41943040 bytes long.";
      return { code: "InvalidParameterValue", message, status: 400 };
    }
    return { code: "InternalFailure", message: "ses-local failed; see its log.", status: 500 };
  }
  const { type, status } = error;
  // This API has other names for the members of a message.
  const message = error.message
    .replaceAll("content.simple", "message")
    .replaceAll("content.raw", "rawMessage");
  const isValidation = message.includes("validation error detected");
  const code = isValidation ? "ValidationError" : (CODES[type] ?? type);
  return { code, message, status: [404, 429].includes(status) ? 400 : status };
}
