import { once } from "node:events";
import type { RequestListener } from "node:http";
import https, { Agent, type AgentOptions, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createCertificate } from "@repo/testing/certificate";
import { createTestSns } from "@repo/testing/sns";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { snsFetch } from "./fetch.ts";
import { createSnsVerifier } from "./verify.ts";

const topicArn = "arn:aws:sns:eu-west-1:123456789012:ses-events";
const host = "sns.eu-west-1.amazonaws.com";
const { globalAgent } = https;

let closeServer: () => Promise<void>;
let requests: string[];
/** Every host that a connection was asked for. */
let hosts: string[];
let answer: RequestListener;

beforeEach(() => {
  requests = [];
  hosts = [];
});
afterEach(async () => {
  https.globalAgent = globalAgent;
  await closeServer();
});

/**
 * A server on a real socket that has the certificate for a name, and this process's connections
 * to whatever host taken there, with the host's name in TLS as ever.
 */
async function serve({ name = host, isTrusted = true } = {}): Promise<void> {
  const own = createCertificate(name);
  const server = createServer({ cert: own.cert, key: own.key }, (request, response) => {
    requests.push(`${request.headers.host}${request.url}`);
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  class ToServer extends Agent {
    override createConnection(options: AgentOptions, callback: () => void) {
      hosts.push(String(options.host));
      const there = { ...options, host: "127.0.0.1", port };
      return super.createConnection(isTrusted ? { ...there, ca: own.cert } : there, callback);
    }
  }
  https.globalAgent = new ToServer();
  closeServer = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
}

describe.each(["1", "2"] as const)("signature version %s", (version) => {
  it("verifies a genuine certificate's shape: the leaf alone, RSA 2048, of an issuer that is not served", async () => {
    await serve();
    const sns = createTestSns(topicArn);
    answer = (_request, response) => response.end(sns.pem);
    const { verify } = createSnsVerifier({ topicArn });
    for (const body of [
      sns.notify("{}", { Subject: "Amazon SES Email Event Notification" }, version),
      sns.confirmation("SubscriptionConfirmation", {}, version),
      sns.confirmation("UnsubscribeConfirmation", {}, version),
    ]) {
      expect(await verify(JSON.stringify(body))).toMatchObject({ type: body["Type"] });
    }
    expect(requests).toEqual([sns.certificateUrl.slice("https://".length)]);
    expect(hosts).toEqual([host]);
  });
});

const url = new URL(`https://${host}/?Action=ConfirmSubscription&Token=secret`);

it.each([
  ["an authority that nobody trusts", { isTrusted: false }],
  ["another host", { name: "sns.us-east-1.amazonaws.com" }],
])("believes no TLS certificate of %s, whatever the environment says", async (_, options) => {
  answer = (_request, response) => response.end("ok");
  await serve(options);
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  try {
    await expect(snsFetch(url)).rejects.toMatchObject({ code: "SNS_UNREACHABLE", retryable: true });
  } finally {
    vi.unstubAllEnvs();
  }
  expect(requests).toEqual([]);
});

it.each([301, 302, 303, 307, 308])("follows no redirect: %i", async (status) => {
  await serve();
  answer = (_request, response) =>
    response.writeHead(status, { Location: "https://169.254.169.254/" }).end();
  await expect(snsFetch(url)).rejects.toThrow(`status ${status}`);
  expect(requests).toHaveLength(1);
  expect(hosts).toEqual([host]);
});

it.each([204, 400, 403, 404, 500, 503])("takes no answer but 200: %i", async (status) => {
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

it("waits 5 s, for an answer that does not come as for one that drips", async () => {
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
  await vi.waitFor(() => expect(closed).toBe(2));
}, 20_000);

it("tells no token of a subscription in its error", async () => {
  await serve();
  answer = (_request, response) => response.writeHead(500).end("secret");
  const error: unknown = await snsFetch(url).catch((reason: unknown) => reason);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("secret");
});
