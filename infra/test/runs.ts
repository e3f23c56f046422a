import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { startDns } from "../../tools/testing/src/dns-server.ts";
import { REGION, aws } from "./aws.ts";
import { CASES, type Case, STOPS } from "./cases.ts";
import { type Registered, type Resource, type Run, run } from "./engine.ts";
import { type Runtime, sharedProcess } from "./runtime.ts";

declare module "vitest" {
  interface ProvidedContext {
    runs: Record<string, { preview: Run; up: Run }>;
    stopped: Record<string, Run>;
  }
}

/** The program with one configuration. */
export async function runCase(
  { config, region, stack = "dev", world, dns }: Case,
  preview: boolean,
  runtime: Runtime,
  register?: (resource: Resource) => Registered,
): Promise<Run> {
  const texts = Object.entries(dns ?? {}).map(([name, values]) => [`${name} TXT`, values]);
  const server = dns && (await startDns(() => Object.fromEntries(texts)));
  try {
    return await run({
      folder: fileURLToPath(new URL("..", import.meta.url)),
      project: "product",
      stack,
      config: {
        "aws:region": region ?? REGION,
        ...Object.fromEntries(
          Object.entries({ domain: "example.com", ...config }).map(([key, value]) => [
            `product:${key}`,
            value,
          ]),
        ),
      },
      preview,
      world: world ?? aws(),
      ...(server && { nameServer: `127.0.0.1:${server.port}` }),
      runtime,
      ...(register && { register }),
    });
  } finally {
    server?.close();
  }
}

/**
 * Runs before all tests: every case once in each mode, and every stop as a preview, in as many
 * processes as there are cores.
 */
export default async function setup({ provide }: TestProject): Promise<void> {
  const runs: Record<string, { preview: Run; up: Run }> = {};
  const stopped: Record<string, Run> = {};
  const waiting = [
    ...Object.entries(CASES).map(([name, one]) => async (runtime: Runtime) => {
      runs[name] = {
        preview: await runCase(one, true, runtime),
        up: await runCase(one, false, runtime),
      };
    }),
    ...STOPS.map(([name, one]) => async (runtime: Runtime) => {
      stopped[name] = await runCase(one, true, runtime);
    }),
  ];
  const worker = async () => {
    const { runtime, stop } = sharedProcess();
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) await next(runtime);
    } finally {
      await stop();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));
  provide("runs", runs);
  provide("stopped", stopped);
}
