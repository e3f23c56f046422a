import { once } from "node:events";
import { createServer } from "node:http";
import { AppError } from "@repo/errors";
import type { Env } from "./env.ts";
import type { Metrics } from "./metrics.ts";

// In ms. A look at the queue waits for open calls, which end within 30 s.
const LONGEST = 120_000;

/**
 * Answers `GET /healthz` on HEALTH_PORT, if it is set: 200 if the worker has looked at the queue
 * within two minutes, else 503. An orchestrator may then restart it. `GET /metrics` answers with
 * the metrics.
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
  const server = createServer((req, res) => {
    if (req.url === "/metrics") {
      metrics.text().then(
        (text) => res.writeHead(200, { "Content-Type": metrics.contentType }).end(text),
        () => res.writeHead(500).end(),
      );
      return;
    }
    const idle = sinceLastLook();
    const isAlive = idle < LONGEST;
    const status = req.url !== "/healthz" ? 404 : isAlive ? 200 : 503;
    res.writeHead(status, { "Content-Type": "application/json" });
    const body = {
      status: isAlive ? "ok" : "unavailable",
      secondsSinceLastLook: Math.round(idle / 1000),
    };
    res.end(status === 404 ? "{}" : JSON.stringify(body));
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
