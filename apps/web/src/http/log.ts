import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Response } from "express";
import type { Logger } from "pino";
import { pinoHttp } from "pino-http";

/**
 * Logs one line for each request, and puts its id on the response. The line has no headers, body,
 * query or address, because they contain passwords, tokens and cookies.
 */
export function requestLog(log: Logger) {
  return pinoHttp<IncomingMessage, Response>({
    logger: log,
    genReqId(_req, res) {
      const id = randomUUID();
      res.setHeader("X-Request-Id", id);
      return id;
    },
    // Orchestrators request these every few seconds. /readyz logs its own failures.
    autoLogging: {
      ignore: ({ method, url }) => method === "GET" && /^\/(?:health|ready)z$/.test(url ?? ""),
    },
    wrapSerializers: false,
    serializers: {
      req: (req: IncomingMessage) => ({ id: req.id, method: req.method, path: safePath(req.url) }),
      res: (res: ServerResponse) => ({ status: res.statusCode }),
      err: describeError,
    },
    customProps: (_req, res) =>
      res.locals?.code ? { code: res.locals.code, ...res.locals.detail } : {},
    customLogLevel: (_req, res, error) =>
      // Only `res.err` is set if the answer had begun before the error.
      res.locals?.level ?? (error || res.err || res.statusCode >= 500 ? "error" : "info"),
  });
}

/**
 * If a mail program has mangled a link, its token can be anywhere in the path, and an address too.
 */
function safePath(url = ""): string {
  const [path = ""] = url.split(/[?;=]|%3[bdf]/i);
  return path
    .replaceAll(/[\w-]{40,}/g, "[long]")
    .split("/")
    .map((part) => (/@|%40/.test(part) ? "[address]" : part))
    .join("/")
    .slice(0, 200);
}

/**
 * An error without the queries, arguments and bodies that libraries attach. Prisma's message begins
 * with the call and its arguments, so only its last line is kept.
 */
function describeError(error: Error & { code?: unknown }) {
  const { name, code, message, stack = "" } = error;
  const said = name.startsWith("Prisma") ? message.trimEnd().split("\n").at(-1) : message;
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return { type: name, code, message: said, stack: frames.join("\n") };
}
