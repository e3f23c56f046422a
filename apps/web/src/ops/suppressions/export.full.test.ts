import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, type Server, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startTestOps } from "../test-ops.ts";

const ops = await startTestOps();
let server: Server;
beforeAll(async () => {
  // Otherwise Express would not print what it cannot answer.
  ops.app.set("env", "production");
  server = ops.app.listen(0, "127.0.0.1");
  await once(server, "listening");
  // More than the buffers of a connection hold.
  await ops.db.$executeRaw`
    INSERT INTO suppressions (address_key, reason)
    SELECT 'person' || n || '@' || repeat('long', 40) || '.example', 'bounce'
    FROM generate_series(1, 40000) n`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Starts the download, and reads nothing of it. */
async function download(because: string): Promise<[ClientRequest, IncomingMessage]> {
  const asked = request({
    port: (server.address() as AddressInfo).port,
    path: "/ops/suppressions/export",
    method: "POST",
    headers: {
      Cookie: ops.cookies.operator,
      Origin: "http://localhost:3000",
      "Content-Type": "application/x-www-form-urlencoded",
    },
  });
  asked.on("error", () => undefined);
  asked.end(new URLSearchParams({ because }).toString());
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  response.on("error", () => undefined);
  return [asked, response];
}

const lines = () =>
  ops
    .log()
    .split("\n")
    .filter((line) => line.includes("/ops/suppressions/export"));

it("logs a download that its reader gives up, and not as a fault of ours", async () => {
  const [asked, response] = await download("I give it up");
  expect(response.statusCode).toBe(200);
  asked.destroy();
  await vi.waitFor(() => expect(lines()).toHaveLength(1));
  expect(JSON.parse(lines()[0] ?? "")).toMatchObject({ level: 30, msg: "request aborted" });
  expect(await ops.db.operatorAction.count({ where: { because: "I give it up" } })).toBe(1);
});

it("breaks a download off if the database fails, and logs why", async () => {
  const [, response] = await download("it fails");
  await ops.db.$executeRaw`ALTER TABLE suppressions RENAME TO gone`;
  response.resume();
  await new Promise((resolve) => response.once("close", resolve));
  expect(response.complete).toBe(false);
  await vi.waitFor(() => expect(lines()).toHaveLength(2));
  const { level, err } = JSON.parse(lines()[1] ?? "") as { level: number; err?: object };
  expect(level).toBe(50);
  expect(err).toMatchObject({ message: expect.stringContaining("suppressions") });
});
