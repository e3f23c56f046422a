import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http, { Agent } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { createTestDb } from "@repo/db/testing";
import { exampleEnv } from "@repo/testing/example-env";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";

let testDb: Awaited<ReturnType<typeof createTestDb>>;
beforeAll(async () => {
  testDb = await createTestDb();
});
afterAll(() => testDb.drop());

let child: ChildProcess | undefined;
afterEach(() => void child?.kill("SIGKILL"));

/** Runs the production entry; `line` resolves with the first line that contains a text. */
function start(env: Record<string, string> = {}) {
  const started = spawn(process.execPath, ["--import", "tsx", "src/main.ts"], {
    cwd: `${import.meta.dirname}/..`,
    env: {
      ...exampleEnv(),
      PORT: "0",
      APP_URL: "http://localhost:3000",
      AUTH_SECRET: "a".repeat(32),
      EMAIL_KEY: "b".repeat(32),
      DATABASE_URL: testDb.url,
      SES_EVENTS_TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:ses-events",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child = started;
  let output = "";
  const watchers = new Set<() => void>();
  for (const stream of [started.stdout, started.stderr]) {
    createInterface(stream).on("line", (text) => {
      output += `${text}\n`;
      for (const check of watchers) check();
    });
  }
  const line = (text: string) =>
    new Promise<string>((resolve) => {
      const check = () => {
        const found = output.split("\n").find((candidate) => candidate.includes(text));
        if (found !== undefined) resolve(found);
      };
      watchers.add(check);
      check();
    });
  const exit = once(started, "close").then(([code]) => ({ code: code as number, output }));
  return { process: started, line, exit };
}

it("listens, answers, and on SIGTERM finishes the open answers and ends", async () => {
  const app = start();
  const { port } = JSON.parse(await app.line('"msg":"listening"')) as { port: number };
  const url = `http://localhost:${port}`;
  // Asks again, as an orchestrator does: on a slow machine the first queries exceed the time limit.
  await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), {
    timeout: 60_000,
    interval: 100,
  });

  // This request is still open when the signal arrives: forgot-password takes at least 200 ms. The
  // first connection stays open and idle.
  const answer = fetch(`${url}/forgot-password`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: "sam@example.com" }),
  });
  await fetch(`${url}/healthz`);
  app.process.kill("SIGTERM");
  expect((await answer).status).toBe(202);
  const { code, output } = await app.exit;
  expect(code).toBe(0);
  expect(output).toContain('"msg":"stopped"');
  await expect(fetch(url)).rejects.toThrow("fetch failed");
});

it("keeps an idle connection longer than a load balancer does, and longer than its other time limits", async () => {
  const app = start({ KEEP_ALIVE_SECONDS: "45" });
  const { port } = JSON.parse(await app.line('"msg":"listening"')) as { port: number };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const get = async () => {
    const request = http.get({ port, path: "/healthz", agent });
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    await once(response.resume(), "end");
    return { status: response.statusCode, socket: request.socket, reused: request.reusedSocket };
  };
  const first = await get();
  // A balancer may wait this long between two requests. Node.js checks its time limits every 30 s.
  await setTimeout(35_000);
  expect(await get()).toEqual({ status: 200, socket: first.socket, reused: true });
  agent.destroy();
});

/** The peak memory of a process in MB, as Linux counts it. */
function peakOf({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

it.runIf(process.platform === "linux")(
  "holds 300 slow posts of 1 MB in less than 128 MB of memory",
  async () => {
    const app = start();
    const { port } = JSON.parse(await app.line('"msg":"listening"')) as { port: number };
    const agent = new Agent({ keepAlive: true });
    const answers: (number | undefined)[] = [];
    const post = (headers: http.OutgoingHttpHeaders) => {
      const options = { port, method: "POST", path: "/webhooks/ses", headers, agent };
      const request = http.request(options, (response) => {
        answers.push(response.statusCode);
        response.resume();
      });
      return request.on("error", () => undefined);
    };
    post({ "Content-Length": 2 }).end("{}");
    await vi.waitFor(() => expect(answers).toEqual([400]), { timeout: 60_000 });
    const before = peakOf(app.process);

    // Send all but the last byte. Half of the posts do not declare their size.
    const body = Buffer.alloc(999_999, " ");
    const posts = Array.from({ length: 300 }, (_, i) =>
      post(i % 2 ? { "Content-Length": 1_000_000 } : { "Transfer-Encoding": "chunked" }),
    );
    await Promise.all(posts.map((one) => new Promise((sent) => one.write(body, sent))));
    // All but sixteen are refused. The connections take 45 MB. Without the limit they took 263 MB.
    await vi.waitFor(() => expect(answers).toHaveLength(285), { timeout: 60_000 });
    expect(peakOf(app.process) - before).toBeLessThan(128);
    agent.destroy();
  },
);

it("says in one line which port is taken, and what to set", async () => {
  const other = createServer().listen(0);
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { code, output } = await start({ PORT: String(port) }).exit;
  other.close();
  expect(code).toBe(1);
  expect(output).toBe(
    `Port ${port} is taken. Stop the program that uses it, or set PORT to another one.\n`,
  );
});

it("does not start with settings that are missing, and names them", async () => {
  const { code, output } = await start({ AUTH_SECRET: "", APP_URL: "" }).exit;
  expect(code).toBe(1);
  expect(output).toBe(
    "The app cannot start; see .env.example.\n  APP_URL is not set\n  AUTH_SECRET is not set\n",
  );
});
