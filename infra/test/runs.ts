import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { REGION, aws } from "./aws.ts";
import { CASES, type Case } from "./cases.ts";
import { startDnsServer } from "./dns-server.ts";
import { type Run, run } from "./engine.ts";
import { type Runtime, sharedProcess } from "./runtime.ts";

declare module "vitest" {
  interface ProvidedContext {
    runs: Record<string, { preview: Run; up: Run }>;
  }
}

/** The program with one configuration. */
export async function runCase(
  { config, region, world, dns }: Case,
  preview: boolean,
  runtime: Runtime,
): Promise<Run> {
  const server = dns && (await startDnsServer(dns));
  try {
    return await run({
      folder: fileURLToPath(new URL("..", import.meta.url)),
      project: "sendoff",
      stack: "dev",
      config: {
        "aws:region": region ?? REGION,
        ...Object.fromEntries(
          Object.entries({ domain: "example.com", ...config }).map(([key, value]) => [
            `sendoff:${key}`,
            value,
          ]),
        ),
      },
      preview,
      world: world ?? aws(),
      ...(server && { nameServer: `127.0.0.1:${server.port}` }),
      runtime,
    });
  } finally {
    server?.stop();
  }
}

/** Before all tests: every case once in each mode, in as many processes as there are cores. */
export default async function setup({ provide }: TestProject): Promise<void> {
  const runs: Record<string, { preview: Run; up: Run }> = {};
  const waiting = Object.entries(CASES);
  const worker = async () => {
    const { runtime, stop } = sharedProcess();
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [name, one] = next;
        runs[name] = {
          preview: await runCase(one, true, runtime),
          up: await runCase(one, false, runtime),
        };
      }
    } finally {
      await stop();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));
  provide("runs", runs);
}
