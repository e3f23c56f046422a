import { once } from "node:events";
import http, { Agent } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { useTestDb } from "@repo/db/testing";
import { expect, it, vi } from "vitest";
import { startServer } from "./test-serve.ts";

const testDb = await useTestDb();

const start = (env?: Record<string, string>) => startServer(testDb.url, env);

/** Whether something listens on the port. */
async function connects(port: number): Promise<boolean> {
  const socket = connect({ port, host: "localhost" });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
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

  // A post whose body comes only after the server has stopped listening. The connection of the
  // first request stays open and idle.
  const body = JSON.stringify({ email: "sam@example.com" });
  const headers = { "Content-Type": "application/json", "Content-Length": body.length };
  const post = http.request({ port, method: "POST", path: "/forgot-password", headers });
  const answer = once(post, "response");
  await new Promise((resolve) => post.write(body.slice(0, 5), resolve));
  // The server has accepted the post's connection before this one.
  await once(http.get({ port, path: "/healthz", agent: false }), "response");
  app.process.kill("SIGTERM");
  await vi.waitFor(() => expect(connects(port)).resolves.toBe(false), { timeout: 60_000 });
  post.end(body.slice(5));
  const [response] = (await answer) as [http.IncomingMessage];
  expect(response.statusCode).toBe(202);
  response.resume();
  const { code, output } = await app.exit;
  expect(code).toBe(0);
  expect(output).toContain('"msg":"stopped"');
});

it("on SIGTERM says that it is not ready, and still answers until it has drained", async () => {
  const app = start({ DRAIN_SECONDS: "3" });
  const { port } = JSON.parse(await app.line('"msg":"listening"')) as { port: number };
  const url = `http://localhost:${port}`;
  app.process.kill("SIGTERM");
  await app.line('"msg":"draining"');
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({ status: "stopping" });
  const page = await fetch(`${url}/login`);
  expect(page.status).toBe(200);
  expect(page.headers.get("Connection")).toBe("close");
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await app.exit).code).toBe(0);
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
