import { setTimeout as sleep } from "node:timers/promises";
import type { Ports } from "./env.ts";

const POLL_MS = 100;

/** The `dev` tasks of turbo. */
export const SERVICES = ["web", "worker", "ses-local", "templates"] as const;
export type Service = (typeof SERVICES)[number];

/**
 * Resolves when a service answers.
 *
 * @param logged resolves when the service has logged a message. The worker has no port to ask.
 */
export async function whenReady(
  service: Service,
  ports: Ports,
  logged: (message: string) => Promise<void>,
): Promise<void> {
  switch (service) {
    case "web":
      return await answers(`http://localhost:${ports.PORT}/readyz`);
    case "worker":
      return await logged("worker ready");
    case "ses-local":
      return await answers(`http://localhost:${ports.SES_LOCAL_PORT}/healthz`);
    case "templates":
      // Its first page is compiled on request, which takes longest.
      return await answers(`http://localhost:${ports.PREVIEW_PORT}/`);
  }
}

async function answers(url: string): Promise<void> {
  for (;;) {
    try {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(POLL_MS);
  }
}
