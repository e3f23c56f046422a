import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** A simple load balancer. It never tries a request twice. */
export interface Balancer {
  port: number;
  add(port: number): void;
  remove(port: number): void;
  /** Whether the instance gets requests. */
  isReady(port: number): boolean;
  /** Answers of 502, by reason. */
  readonly errors: Record<string, number>;
  close(): void;
}

// In ms. Real ones take seconds.
const CHECK = 250;

/**
 * Sends requests in turn to the instances whose /readyz answers 200, over kept-alive connections.
 */
export async function startBalancer(): Promise<Balancer> {
  const agent = new http.Agent({ keepAlive: true });
  const instances = new Map<number, boolean>();
  const errors: Record<string, number> = {};
  let turn = 0;

  async function check(port: number): Promise<void> {
    const isReady = await fetch(`http://127.0.0.1:${port}/readyz`)
      .then((answer) => answer.ok)
      .catch(() => false);
    if (instances.has(port)) instances.set(port, isReady);
  }
  const checks = setInterval(() => {
    for (const port of instances.keys()) void check(port);
  }, CHECK);

  const server = http.createServer((req, res) => {
    const ready = [...instances].filter(([, isReady]) => isReady).map(([port]) => port);
    const port = ready[turn++ % ready.length];
    const fail = (reason: string) => {
      errors[reason] = (errors[reason] ?? 0) + 1;
      res.writeHead(502).end();
    };
    if (port === undefined) return fail("no instance is ready");
    const { method, url: path, headers } = req;
    const forward = http.request({ host: "127.0.0.1", port, method, path, headers, agent });
    forward.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    forward.on("response", (answer) => {
      const headersOfAnswer = { ...answer.headers };
      // This header is about the connection to the instance.
      delete headersOfAnswer.connection;
      res.writeHead(answer.statusCode ?? 502, headersOfAnswer);
      answer.pipe(res);
    });
    req.pipe(forward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    add: (port) => void instances.set(port, false),
    remove: (port) => void instances.delete(port),
    isReady: (port) => instances.get(port) ?? false,
    errors,
    close() {
      clearInterval(checks);
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}
