import { readFileSync } from "node:fs";
import http, { Agent } from "node:http";
import { createTestDb } from "@repo/db/testing";
import { expect, it, onTestFinished, vi } from "vitest";
import { startServer } from "../test-serve.ts";

/** The peak memory of a process in MB, as Linux counts it. */
function peakOf(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

it.runIf(process.platform === "linux")(
  "holds 300 slow posts of 1 MB in less than 128 MB of memory",
  async () => {
    const { url, drop } = await createTestDb();
    onTestFinished(drop);
    const app = startServer(url);
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
    const before = peakOf(app.process.pid);

    // Send all but the last byte. Half of the posts do not declare their size.
    const body = Buffer.alloc(999_999, " ");
    const posts = Array.from({ length: 300 }, (_, i) =>
      post(i % 2 ? { "Content-Length": 1_000_000 } : { "Transfer-Encoding": "chunked" }),
    );
    await Promise.all(posts.map((one) => new Promise((sent) => one.write(body, sent))));
    // All but sixteen are refused. The connections take 45 MB. Without the limit they took 263 MB.
    await vi.waitFor(() => expect(answers).toHaveLength(285), { timeout: 60_000 });
    expect(peakOf(app.process.pid) - before).toBeLessThan(128);
    agent.destroy();
  },
);
