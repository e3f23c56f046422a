import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createTestDb } from "@repo/db/testing";
import { freePort } from "@repo/testing/free-port";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { PORTS } from "./env.ts";
import { assertFree } from "./free-ports.ts";

// Runs all of `pnpm dev`, with its own ports, database and inbox.
let test: Awaited<ReturnType<typeof createTestDb>>;
let data: string;
let ports: Record<string, number>;
let launcher: ChildProcess | undefined;

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), "dev-"));
  test = await createTestDb();
  ports = {};
  for (const name of PORTS) ports[name] = await freePort();
});
afterEach(async () => {
  launcher?.kill("SIGKILL");
  await everythingEnded();
});
afterAll(async () => {
  await test.drop();
  rmSync(data, { recursive: true, force: true });
});

function start(env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "../dev.mjs")], {
    // Without turbo's variables, because turbo refuses to run inside turbo.
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      // In a copy that another test has made, an install would write into the repository.
      pnpm_config_verify_deps_before_run: process.env["pnpm_config_verify_deps_before_run"],
      DATABASE_URL: test.url,
      SES_LOCAL_DATA: data,
      ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  launcher = child;
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return { child, output: () => output };
}

async function ready({ child, output }: ReturnType<typeof start>): Promise<void> {
  const shown = vi.waitUntil(() => /^ +Database .*\n/m.test(output()), { timeout: 600_000 });
  await Promise.race([shown, once(child, "exit")]);
  expect(output()).toContain("Ready in");
}

/** All ports are free again. */
const everythingEnded = () =>
  vi.waitFor(() => assertFree(ports), { timeout: 60_000, interval: 100 });

it("starts all four services, ends them on Ctrl-C, and refuses a second start", async () => {
  const { child, output } = start();
  await ready({ child, output });
  for (const [name, port] of Object.entries(ports)) {
    expect(output(), name).toContain(`localhost:${port}`);
  }
  expect((await fetch(`http://localhost:${ports["PORT"]}/readyz`)).status).toBe(200);

  const second = start();
  expect(await once(second.child, "exit")).toEqual([1, null]);
  expect(second.output()).toContain("already runs in this clone");
  launcher = child;

  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
  await assertFree(ports);
  expect(await connections()).toBe(0);
});

it("starts again at once after a kill -9, and leaves nothing of the first", async () => {
  const first = start();
  await ready(first);
  first.child.kill("SIGKILL");

  const { child, output } = start();
  await ready({ child, output });
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
  await assertFree(ports);
  expect(await connections()).toBe(0);
});

it("ends if a setting is wrong, because a corrected .env would not be read", async () => {
  const { child, output } = start({ LOG_LEVEL: "loud" });
  expect(await once(child, "exit")).toEqual([1, null]);
  expect(output()).toMatch(/^(?:web|worker) +LOG_LEVEL Invalid option/m);
  expect(output()).toMatch(
    /did not start \(a setting is wrong: correct it, then run pnpm dev again/,
  );
  await assertFree(ports);
});

/** Connections of web and worker to their database. */
async function connections(): Promise<number> {
  const [row] = await test.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  return row?.count ?? -1;
}
