import { once } from "node:events";
import { createServer } from "node:http";
import { AppError } from "@repo/errors";
import type { Env } from "./env.ts";
import type { Metrics } from "./metrics.ts";

// In ms. A look at the queue waits for open calls, which end within 30 s.
const LONGEST = 120_000;

/**
 * Answers on HEALTH_PORT, if it is set. Only the metrics ask the database.
 *
 * - `GET /healthz`: 200 if the worker has looked at the queue within two minutes, else 503. An
 *   orchestrator may then restart it. A new worker has two minutes for its first look.
 * - `GET /readyz`: the same, but 503 before the first look.
 * - `GET /metrics`: the metrics.
 *
 * @param sinceLastLook in ms
 * @returns a function that ends it
 * @throws AppError `PORT_TAKEN`
 */
export async function serveHealth(
  { HEALTH_PORT: port, HOST: host }: Pick<Env, "HEALTH_PORT" | "HOST">,
  sinceLastLook: () => number,
  metrics: Pick<Metrics, "text" | "contentType">,
): Promise<() => void> {
  if (port === undefined) return () => undefined;
  const began = performance.now();
  const server = createServer((req, res) => {
    if (req.url === "/metrics") {
      metrics.text().then(
        (text) => res.writeHead(200, { "Content-Type": metrics.contentType }).end(text),
        () => res.writeHead(500).end(),
      );
      return;
    }
    const isReady = req.url === "/readyz";
    if (!isReady && req.url !== "/healthz") {
      res.writeHead(404).end();
      return;
    }
    const idle = sinceLastLook();
    const hasLooked = idle < performance.now() - began;
    const isWell = idle < LONGEST && (hasLooked || !isReady);
    res.writeHead(isWell ? 200 : 503, { "Content-Type": "application/json" });
    const status = isWell ? "ok" : "unavailable";
    res.end(JSON.stringify({ status, secondsSinceLastLook: Math.round(idle / 1000) }));
  });
  server.listen({ port, host });
  try {
    await once(server, "listening");
  } catch (cause) {
    if ((cause as { code?: string }).code !== "EADDRINUSE") throw cause;
    throw new AppError(
      "PORT_TAKEN",
      `Port ${port} is taken. Stop the program that uses it, or set HEALTH_PORT to another one.`,
      { cause },
    );
  }
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
