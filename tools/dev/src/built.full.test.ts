import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createTestDb } from "@repo/db/testing";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { root } from "./env.ts";

let test: Awaited<ReturnType<typeof createTestDb>>;
/** The built apps, in a folder without anything else. */
let folder: string;

const APPS = ["web", "worker", "cli"];

beforeAll(async () => {
  test = await createTestDb();
  folder = await mkdtemp(path.join(tmpdir(), "built-"));
  for (const app of APPS) {
    const cwd = path.join(root, "apps", app);
    const tsdown = path.join(cwd, "node_modules/tsdown/dist/run.mjs");
    const child = spawn(process.execPath, [tsdown, "--out-dir", path.join(folder, app)], { cwd });
    expect(await once(child, "exit")).toEqual([0, null]);
  }
}, 120_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
  await test.drop();
});

/** Runs a built app with these settings and nothing else. */
function run(app: string, env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, ["main.mjs", ...args], {
    cwd: path.join(folder, app),
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => (output += data.toString()));
  return { child: child as ChildProcess, output: () => output };
}

it("runs each app alone, from an empty database to a queued email", async () => {
  const empty = new URL(test.url);
  empty.pathname += "_built";
  onTestFinished(async () => {
    await test.db.$executeRawUnsafe(`DROP DATABASE "${empty.pathname.slice(1)}" WITH (FORCE)`);
  });
  const DATABASE_URL = empty.href;
  const migrating = run("cli", { DATABASE_URL }, "migrate");
  expect(await once(migrating.child, "exit"), migrating.output()).toEqual([0, null]);
  expect(migrating.output()).toMatch(/applied \d+_init\n[^]*The database is migrated\.\n$/);

  const settings = {
    DATABASE_URL,
    APP_ENV: "staging",
    APP_URL: "http://localhost:3000",
    AUTH_SECRET: "a secret of the tests of 32 characters",
    UNSUBSCRIBE_KEY: "a key of links of the tests of 32 characters",
    EMAIL_KEY: "a key of the tests of 32 characters",
    OPT_OUT_KEY: "a key of opt-outs of the tests of 32 characters",
    EMAIL_FROM: "Example <hello@example.com>",
    EMAIL_ALLOW_TO: "nobody@example.com",
    AWS_REGION: "us-east-1",
    SES_EVENTS_TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:ses-events",
  };
  const web = run("web", { ...settings, PORT: "0", HOST: "127.0.0.1", DRAIN_SECONDS: "0" });
  const url = await vi.waitFor(
    () => {
      const [, port] = /"port":(\d+)/.exec(web.output()) ?? [];
      expect(port, web.output()).toBeDefined();
      return `http://127.0.0.1:${port}`;
    },
    { timeout: 30_000 },
  );
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect((await fetch(`${url}/robots.txt`)).status).toBe(200);
  // Hashes a password by the native library, and queues an email.
  const signUp = await fetch(`${url}/signup`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: settings.APP_URL },
    body: JSON.stringify({ name: "Sam", email: "sam@example.com", password: "a long password" }),
  });
  expect(signUp.status).toBe(202);

  // The worker closes it unsent, because it may not send to this address.
  const worker = run("worker", { ...settings, EMAIL_RATE: "10" }, "--once");
  expect(await once(worker.child, "exit"), worker.output()).toEqual([0, null]);
  expect(worker.output()).toContain("email closed unsent");

  const log = run("cli", { DATABASE_URL }, "log", "--to", "sam@example.com");
  expect(await once(log.child, "exit"), log.output()).toEqual([0, null]);
  expect(log.output()).toContain("verify-email");

  const smtp = { ...settings, EMAIL_TRANSPORT: "smtp" };
  const doctor = run("cli", smtp, "doctor", "--json", "--to", "sam@example.com");
  expect(await once(doctor.child, "exit"), doctor.output()).toEqual([1, null]);
  const findings = JSON.parse(doctor.output()) as { check: string; status: string }[];
  const statusOf = (check: string) => findings.find((one) => one.check === check)?.status;
  expect(["environment", "AWS", "migrations", "allow-list"].map(statusOf)).toEqual([
    "ok",
    "skipped",
    "ok",
    "failed",
  ]);
}, 120_000);
