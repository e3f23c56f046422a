import express, { type RequestHandler } from "express";
import { isJson } from "./answer.tsx";
import { HttpError } from "./errors.tsx";

/** Reads the body of a page's form. The largest one needs about 1 KB. */
export const readBody = readBodyUpTo(16 * 1024);

/**
 * Reads a form (application/x-www-form-urlencoded) or a JSON object into `req.body`. Bytes that are
 * not UTF-8 are an error. Express's own parsers replace them, and we would store a name or a
 * password that nobody typed.
 *
 * @param limit of the body, in bytes
 */
export function readBodyUpTo(limit: number): RequestHandler[] {
  return [
    refuseLongerThan(limit),
    (req, _res, next) => {
      const type = req.headers["content-type"];
      const isForm = /^application\/x-www-form-urlencoded\b/i.test(type ?? "");
      const charset = /;\s*charset="?([^\s;"]+)/i.exec(type ?? "")?.[1] ?? "utf-8";
      if ((type !== undefined && !isForm && !isJson(req)) || charset.toLowerCase() !== "utf-8") {
        throw new HttpError(
          415,
          "UNSUPPORTED_MEDIA_TYPE",
          // Some routes take no form.
          `Send ${isJson(req) ? "" : "application/x-www-form-urlencoded or "}application/json, in UTF-8.`,
        );
      }
      next();
    },
    express.raw({ type: () => true, limit, inflate: false }),
    (req, _res, next) => {
      const text = decode(req.body instanceof Buffer ? req.body : Buffer.alloc(0));
      req.body = isJson(req) ? parseJson(text) : parseForm(text);
      next();
    },
  ];
}

/**
 * Refuses a request that declares a longer body. Express's parser refuses it too, but only after it
 * has read all of it.
 *
 * @param limit in bytes
 */
export function refuseLongerThan(limit: number): RequestHandler {
  return (req, _res, next) => {
    if (!(Number(req.headers["content-length"]) > limit)) return next();
    // Like the parser's own error.
    next(Object.assign(new Error("The body is too large."), { status: 413, limit }));
  };
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8();
  }
}

function parseJson(text: string): object {
  let value: unknown;
  try {
    value = text === "" ? {} : JSON.parse(text);
  } catch {
    throw new HttpError(
      400,
      "MALFORMED_JSON",
      "The body is not JSON. Check it for a missing quote or comma.",
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HttpError(400, "MALFORMED_JSON", 'The body must be a JSON object: {"email": "…"}.');
  }
  return value;
}

/**
 * A field that is sent twice becomes an array, which every form here refuses. It takes linear time:
 * anyone may post a field some thousand times.
 */
function parseForm(text: string): object {
  const fields = new Map<string, string[]>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const [name = "", ...value] = pair.split("=").map(decodeComponent);
    const values = fields.get(name);
    if (values) values.push(value.join("="));
    else fields.set(name, [value.join("=")]);
  }
  return Object.fromEntries(
    [...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}

function decodeComponent(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw notUtf8();
  }
}

function notUtf8(): HttpError {
  return new HttpError(400, "NOT_UTF8", "The body is not valid UTF-8. Send text in UTF-8.");
}
