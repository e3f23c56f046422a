import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { REGION, aws } from "./aws.ts";
import { CASES, type Case } from "./cases.ts";
import { startDnsServer } from "./dns-server.ts";
import { type Run, run } from "./engine.ts";

declare module "vitest" {
  interface ProvidedContext {
    runs: Record<string, { preview: Run; up: Run }>;
  }
}

/** The program with one configuration, as the CLI starts it. */
export async function runCase(
  { config, region, world, dns }: Case,
  preview: boolean,
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
      env: {
        // A fifth off the start of each of the forty.
        NODE_COMPILE_CACHE: fileURLToPath(new URL("../node_modules/.cache/tests", import.meta.url)),
        ...(server && {
          NODE_OPTIONS: `--import=${new URL("use-dns-server.mjs", import.meta.url).href}`,
          TEST_DNS_SERVER: `127.0.0.1:${server.port}`,
        }),
      },
    });
  } finally {
    server?.stop();
  }
}

/** Before all tests: every case once in each mode, a few at a time. */
export default async function setup({ provide }: TestProject): Promise<void> {
  const runs: Record<string, { preview: Run; up: Run }> = {};
  const waiting = Object.entries(CASES);
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, one] = next;
      runs[name] = { preview: await runCase(one, true), up: await runCase(one, false) };
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  provide("runs", runs);
}
