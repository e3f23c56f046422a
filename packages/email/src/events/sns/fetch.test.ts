import { once } from "node:events";
import type { RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { full } from "@repo/testing/full";
import { createTestSns } from "@repo/testing/sns";
import { afterEach, describe, expect, it, vi } from "vitest";
import { snsFetch } from "./fetch.ts";
import { createTestStore } from "./test-certificate-store.ts";
import { type SnsServerOptions, serveSns } from "./test-sns-server.ts";
import { createSnsVerifier } from "./verify.ts";

const topicArn = "arn:aws:sns:eu-west-1:123456789012:ses-events";
const host = "sns.eu-west-1.amazonaws.com";
let server: Awaited<ReturnType<typeof serveSns>>;
let answer: RequestListener;
afterEach(() => server.close());

async function serve(options: Partial<SnsServerOptions> = {}): Promise<void> {
  server = await serveSns({ host, ...options, answer: (...args) => answer(...args) });
}

describe.each(["1", "2"] as const)("signature version %s", (version) => {
  it("verifies with a certificate like SNS's: the leaf alone, RSA 2048, without its issuer's certificate", async () => {
    await serve();
    const sns = createTestSns(topicArn);
    answer = (_request, response) => response.end(sns.pem);
    const { verify } = createSnsVerifier({ topicArn, certificates: createTestStore() });
    for (const body of [
      sns.notify("{}", { Subject: "Amazon SES Email Event Notification" }, version),
      sns.confirmation("SubscriptionConfirmation", {}, version),
      sns.confirmation("UnsubscribeConfirmation", {}, version),
    ]) {
      expect(await verify(JSON.stringify(body))).toMatchObject({ type: body["Type"] });
    }
    expect(server.requests).toEqual([sns.certificateUrl.slice("https://".length)]);
    expect(server.hosts).toEqual([host]);
  });
});

const url = new URL(`https://${host}/?Action=ConfirmSubscription&Token=secret`);

it.each([
  ["an authority that nobody trusts", { isTrusted: false }],
  ["another host", { certificateOf: "sns.us-east-1.amazonaws.com" }],
])("accepts no TLS certificate of %s, whatever the environment says", async (_, options) => {
  answer = (_request, response) => response.end("ok");
  await serve(options);
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  try {
    await expect(snsFetch(url)).rejects.toMatchObject({ code: "SNS_UNREACHABLE", retryable: true });
  } finally {
    vi.unstubAllEnvs();
  }
  expect(server.requests).toEqual([]);
});

/** Listens at another address, and counts the connections. */
async function trap() {
  let connections = 0;
  const socket = createTcpServer((connection) => {
    connections++;
    connection.destroy();
  }).listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, connections: () => connections, socket };
}

it.each([301, 302, 303, 307, 308])("follows no redirect: %i", async (status) => {
  const { address, connections, socket } = await trap();
  await serve();
  answer = (_request, response) =>
    response.writeHead(status, { Location: `http://${address}/` }).end();
  const { verify } = createSnsVerifier({ topicArn, certificates: createTestStore() });
  const body = JSON.stringify(createTestSns(topicArn).notify("{}"));
  for (const asked of [snsFetch(url), verify(body)]) {
    await expect(asked).rejects.toThrow(`status ${status}`);
  }
  expect(server.requests).toHaveLength(2);
  expect(new Set(server.hosts)).toEqual(new Set([host]));
  expect(connections()).toBe(0);
  socket.close();
});

it.each([204, 400, 403, 404, 500, 503])("accepts no status but 200: %i", async (status) => {
  await serve();
  answer = (_request, response) => response.writeHead(status).end();
  await expect(snsFetch(url)).rejects.toMatchObject({ code: "SNS_UNREACHABLE", retryable: true });
});

it("reads 64 KB and no more, of an answer that does not end", async () => {
  await serve();
  answer = (_request, response) => {
    const write = () => {
      while (!response.destroyed && response.write("x".repeat(16_384)));
    };
    response.on("drain", write);
    write();
  };
  await expect(snsFetch(url)).rejects.toThrow("more than 65536 bytes");
});

it("fails with an answer that is cut short", async () => {
  await serve();
  answer = (_request, response) => {
    response.writeHead(200, { "Content-Length": "1000" });
    response.write("begin");
    setImmediate(() => response.destroy());
  };
  await expect(snsFetch(url)).rejects.toMatchObject({ code: "SNS_UNREACHABLE", retryable: true });
});

it.runIf(full)(
  "waits 5 s at most, for an answer that does not come or that comes slowly",
  async () => {
    await serve();
    let closed = 0;
    answer = (request, response) => {
      response.on("close", () => closed++);
      if (request.url === "/drip") response.writeHead(200).write("x");
    };
    const both = ["/", "/drip"].map((path) => snsFetch(new URL(path, url)));
    for (const each of await Promise.allSettled(both)) {
      expect(each).toMatchObject({
        reason: { message: expect.stringContaining("nothing in 5000 ms") },
      });
    }
    await vi.waitFor(() => expect(closed).toBe(2), { timeout: 60_000 });
  },
);

it("does not tell the token of a subscription in its error", async () => {
  await serve();
  answer = (_request, response) => response.writeHead(500).end("secret");
  const error: unknown = await snsFetch(url).catch((reason: unknown) => reason);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("secret");
});
