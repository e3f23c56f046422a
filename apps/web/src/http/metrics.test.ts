import { once } from "node:events";
import type { AddressInfo } from "node:net";
import supertest from "supertest";
import { expect, it } from "vitest";
import { startTestApp } from "../test-app.ts";
import { createMetrics, createMetricsServer } from "./metrics.ts";

const metrics = createMetrics();
const test = await startTestApp({ metrics });

it("counts answers by route, status and error, and names no path, address or token", async () => {
  const agent = supertest(test.app);
  const token = "a-marked-token-of-forty-characters-or-more";
  await agent.get(`/unsubscribe?token=${token}`);
  await agent.get(`/${token}`);
  await agent.post(`/unsubscribe?token=${token}`).send({ "List-Unsubscribe": "One-Click" });
  const text = await metrics.text();
  const count = (method: string, route: string, status: number) =>
    `http_request_seconds_count{method="${method}",route="${route}",status="${status}"} 1\n`;
  expect(text).toContain(count("GET", "/unsubscribe", 400));
  expect(text).toContain(count("POST", "/unsubscribe", 400));
  expect(text).toContain(count("GET", "other", 404));
  expect(text).toContain('http_refusals_total{code="LINK_UNKNOWN"} 2\n');
  expect(text).toContain('http_refusals_total{code="NOT_FOUND"} 1\n');
  expect(text).toContain('email_events_total{type="Bounce"} 0\n');
  expect(text).not.toContain("marked");
});

it("answers on a port of its own, and nothing but GET /metrics", async () => {
  const server = createMetricsServer(metrics).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get("Content-Type")).toContain("text/plain; version=0.0.4");
  expect(await response.text()).toContain("http_request_seconds_bucket");
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(404);
  expect((await supertest(test.app).get("/metrics")).status).toBe(404);
  server.close();
  server.closeAllConnections();
});
