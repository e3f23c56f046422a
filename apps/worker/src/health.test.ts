import { freePort } from "@repo/testing/free-port";
import { expect, it } from "vitest";
import { serveHealth } from "./health.ts";

const metrics = { contentType: "text/plain", text: () => Promise.resolve("email_workers 3\n") };

it("answers 200 while the worker looks at the queue, and 503 if it has not for two minutes", async () => {
  const HEALTH_PORT = await freePort();
  let sinceLastLook = 119_000;
  const close = await serveHealth({ HEALTH_PORT, HOST: "127.0.0.1" }, () => sinceLastLook, metrics);
  const ask = () => fetch(`http://127.0.0.1:${HEALTH_PORT}/healthz`);
  const healthy = await ask();
  expect(healthy.status).toBe(200);
  expect(await healthy.json()).toEqual({ status: "ok", secondsSinceLastLook: 119 });
  const scraped = await fetch(`http://127.0.0.1:${HEALTH_PORT}/metrics`);
  expect(await scraped.text()).toBe("email_workers 3\n");
  sinceLastLook = 121_000;
  expect((await ask()).status).toBe(503);
  close();
  await expect(ask()).rejects.toThrow("fetch failed");
});

it("is ready only after its first look at the queue", async () => {
  const HEALTH_PORT = await freePort();
  let lastLook = performance.now();
  const sinceLastLook = () => performance.now() - lastLook;
  const close = await serveHealth({ HEALTH_PORT, HOST: "127.0.0.1" }, sinceLastLook, metrics);
  const ask = async (path: string) =>
    (await fetch(`http://127.0.0.1:${HEALTH_PORT}${path}`)).status;
  expect([await ask("/healthz"), await ask("/readyz")]).toEqual([200, 503]);
  lastLook = performance.now();
  expect([await ask("/healthz"), await ask("/readyz")]).toEqual([200, 200]);
  lastLook -= 121_000;
  expect([await ask("/healthz"), await ask("/readyz")]).toEqual([503, 503]);
  expect(await ask("/")).toBe(404);
  close();
});

it("says which port is taken, and what to set", async () => {
  const HEALTH_PORT = await freePort();
  const config = { HEALTH_PORT, HOST: "127.0.0.1" };
  const close = await serveHealth(config, () => 0, metrics);
  await expect(serveHealth(config, () => 0, metrics)).rejects.toMatchObject({
    code: "PORT_TAKEN",
    message: expect.stringContaining("set HEALTH_PORT to another one"),
  });
  close();
});
