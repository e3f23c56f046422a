import { type Server, createServer } from "node:http";
import { EVENT_TYPES } from "@repo/email/events";
import type { RequestHandler } from "express";
import { Counter, Histogram, Registry, collectDefaultMetrics } from "prom-client";

// In seconds. A password takes 11 ms of hashing, and the slowest answers wait for a queue.
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/** What this process has answered. */
export interface Metrics {
  /** Counts each answer. Use it before all routes. */
  count: RequestHandler;
  /** Counts what a limit has answered. */
  countLimit(limit: string, isGranted: boolean): void;
  /** In Prometheus's text form. */
  text(): Promise<string>;
  readonly contentType: string;
}

/**
 * Counts answers by route, status and error code. A label has few values: a route is the pattern in
 * the code and never the path of a request, which may contain a token.
 */
export function createMetrics(): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const answers = new Histogram({
    name: "http_request_seconds",
    help: "Time from a request to the end of its answer, by method, route and status.",
    labelNames: ["method", "route", "status"],
    buckets: BUCKETS,
    registers: [register],
  });
  const refusals = new Counter({
    name: "http_refusals_total",
    help: "Answers with an error, by its code (docs/errors.md). A limit has a code that begins with TOO_MANY, or SIGN_UP_CLOSED.",
    labelNames: ["code"],
    registers: [register],
  });
  const events = new Counter({
    name: "email_events_total",
    help: "SES's events that this process has stored, or had stored before, by type.",
    labelNames: ["type"],
    registers: [register],
  });
  for (const type of EVENT_TYPES) events.inc({ type }, 0);
  const limits = new Counter({
    name: "limit_uses_total",
    help: "What was asked of a limit, and whether it was granted or refused.",
    labelNames: ["limit", "result"],
    registers: [register],
  });
  return {
    count(req, res, next) {
      const start = performance.now();
      res.once("finish", () => {
        const method = METHODS.has(req.method) ? req.method : "other";
        // Express sets it when a route matches. Files and unknown paths have none.
        const path: unknown = req.route?.path;
        const route = typeof path === "string" ? path : "other";
        answers.observe(
          { method, route, status: res.statusCode },
          (performance.now() - start) / 1000,
        );
        if (typeof res.locals.code === "string") refusals.inc({ code: res.locals.code });
        // The webhook sets them: each is one of a few.
        for (const type of (res.locals.eventTypes ?? []) as string[]) events.inc({ type });
      });
      next();
    },
    countLimit(limit, isGranted) {
      limits.inc({ limit, result: isGranted ? "granted" : "refused" });
    },
    text: () => register.metrics(),
    contentType: register.contentType,
  };
}

/**
 * A server that answers `GET /metrics`, and nothing else. It has a port of its own, so that no
 * proxy publishes it.
 */
export function createMetricsServer(metrics: Metrics): Server {
  return createServer((req, res) => {
    if (req.method !== "GET" || req.url !== "/metrics") {
      res.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => res.writeHead(200, { "Content-Type": metrics.contentType }).end(text),
      () => res.writeHead(500).end(),
    );
  });
}
