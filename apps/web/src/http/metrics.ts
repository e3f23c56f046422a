import { type Server, createServer } from "node:http";
import type { RequestHandler } from "express";
import { Counter, Histogram, Registry, collectDefaultMetrics } from "prom-client";

// In seconds. A password takes 50 ms of hashing, and the slowest answers wait for a queue.
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/** What this process has answered. */
export interface Metrics {
  /** Counts each answer. Use it before all routes. */
  count: RequestHandler;
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
    help: "Answers with an error, by its code (docs/errors.md). A limit has a code that begins with TOO_MANY.",
    labelNames: ["code"],
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
      });
      next();
    },
    text: () => register.metrics(),
    contentType: register.contentType,
  };
}

/**
 * A server that answers `GET /metrics`, and nothing else. It has a port of its own, so that no proxy
 * publishes it.
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
