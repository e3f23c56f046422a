import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { createCertificate } from "@repo/testing/certificate";
import { freePort } from "@repo/testing/free-port";
import { full } from "@repo/testing/full";
import { describe, expect, it, vi } from "vitest";
import { createSesTransport } from "./ses.ts";
import { message } from "./test-message.ts";
import { callsOf, pointSdkTo, useSesServer } from "./test-ses.ts";
import type { SenderConfig } from "./transport.ts";

const config: SenderConfig = { from: "Example <hello@example.com>", loopbackOnly: true };

const { send, quota } = callsOf(config);
const serve = useSesServer();

it("makes `concurrency` calls at once, each on its own connection", async () => {
  const waiting: ServerResponse[] = [];
  await serve((request, response) => {
    request.resume();
    waiting.push(response);
  });
  // More than the SDK's own number of connections.
  const transport = createSesTransport({ ...config, concurrency: 60 });
  expect(transport.concurrency).toBe(60);
  const sending = Array.from({ length: 60 }, () => transport.send(message));
  await vi.waitFor(() => expect(waiting).toHaveLength(60), { timeout: 9_000 });
  for (const response of waiting) response.end('{"MessageId":"ses-1"}');
  for (const sent of await Promise.all(sending)) expect(sent.result).toBe("accepted");
  transport.close();
});

it("sends nothing if the last check, after the signature, forbids it", async () => {
  let requests = 0;
  await serve((request, response) => {
    requests++;
    request.resume();
    response.end('{"MessageId":"ses-1"}');
  });
  const transport = createSesTransport(config);
  const asked: boolean[] = [];
  const answers = [true, false];
  const mayLeave = () => {
    asked.push(true);
    return answers.shift() ?? false;
  };
  expect(await transport.send(message, mayLeave)).toMatchObject({ result: "accepted" });
  expect(await transport.send(message, mayLeave)).toMatchObject({ result: "skipped" });
  expect(await transport.send(message)).toMatchObject({ result: "accepted" });
  expect(asked).toHaveLength(2);
  expect(requests).toBe(2);
  transport.close();
});

it("tells the region and the configuration set of its calls", async () => {
  pointSdkTo(undefined);
  const sources = async (changes: Partial<SenderConfig>) => {
    const transport = createSesTransport({ ...config, ...changes });
    return transport.eventSources?.().finally(() => transport.close());
  };
  expect(await sources({})).toEqual({ security: undefined, other: undefined });
  const other = "us-east-1/app";
  expect(await sources({ configurationSet: "app" })).toEqual({ security: other, other });
  expect(
    await sources({ configurationSet: "app", securityConfigurationSet: "app-security" }),
  ).toEqual({ security: "us-east-1/app-security", other });
  vi.stubEnv("AWS_REGION", undefined);
  expect(await sources({ configurationSet: "app" })).toEqual({});
});

it.each(["", "Example", "a@example.com, b@example.com", "Example\r\nBcc: x <hello@example.com>"])(
  "does not start with the From %j",
  (from) => {
    const refused = expect.objectContaining({ name: "EmailError" });
    expect(() => createSesTransport({ ...config, from })).toThrow(refused);
    // An empty one counts as not set.
    if (from === "") return;
    expect(() => createSesTransport({ ...config, fromByCategory: { security: from } })).toThrow(
      refused,
    );
  },
);

describe("classifies every answer", () => {
  let calls: number;

  function answer(status: number, type: string, text: string) {
    calls = 0;
    return serve((request, response) => {
      calls++;
      request.resume().on("end", () => {
        if (status === 0) return response.destroy();
        response
          .writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type })
          .end(JSON.stringify({ message: text }));
      });
    });
  }

  const unverified = (identities: string) =>
    `Email address is not verified. The following identities failed the check in region US-EAST-1: ${identities}`;
  const denied = (resource: string) =>
    `User 'arn:aws:iam::123456789012:user/worker' is not authorized to perform 'ses:SendEmail' on resource 'arn:aws:ses:us-east-1:123456789012:${resource}'`;

  it.each([
    [429, "TooManyRequestsException", "Maximum sending rate exceeded.", "throttled"],
    [429, "TooManyRequestsException", "Daily message quota exceeded.", "quota"],
    [400, "ThrottlingException", "Maximum sending rate exceeded", "throttled"],
    [400, "ThrottlingException", "Daily message quota exceeded", "quota"],
    [400, "LimitExceededException", "Too many.", "throttled"],
    [400, "AccountSuspendedException", "Suspended.", "paused"],
    [400, "SendingPausedException", "Sending paused for this account.", "paused"],
    [400, "MessageRejected", "Sending suspended for this account.", "paused"],
    [400, "MailFromDomainNotVerifiedException", "Not verified.", "misconfigured"],
    [404, "NotFoundException", "Configuration set <x> does not exist.", "misconfigured"],
    [400, "MessageRejected", "Email address is not verified.", "misconfigured"],
    [400, "MessageRejected", unverified("hello@example.com"), "misconfigured"],
    [400, "MessageRejected", unverified("Example <hello@example.com>"), "misconfigured"],
    [400, "MessageRejected", unverified("name@example.com"), "unverified"],
    [400, "MessageRejected", unverified("Name@Example.com"), "unverified"],
    [400, "MessageRejected", unverified("hello@example.com, name@example.com"), "misconfigured"],
    [400, "MessageRejected", unverified("name@example.com, ..."), "misconfigured"],
    [400, "MessageRejected", unverified("other.name@example.com"), "misconfigured"],
    [400, "MessageRejected", "Message rejected.", "permanent"],
    [400, "BadRequestException", "Invalid: 'quota exceeded'.", "permanent"],
    [400, "ValidationException", "Invalid.", "permanent"],
    [403, "AccessDeniedException", denied("identity/example.com"), "misconfigured"],
    [403, "AccessDeniedException", denied("configuration-set/x"), "misconfigured"],
    [403, "AccessDeniedException", denied("identity/name@example.com"), "unverified"],
    [403, "AccessDeniedException", "Not authorized.", "misconfigured"],
    [403, "InvalidSignatureException", "Bad signature.", "misconfigured"],
    [403, "UnrecognizedClientException", "Bad token.", "misconfigured"],
    [400, "ExpiredTokenException", "The token has expired.", "misconfigured"],
    [403, "OptInRequired", "Not subscribed.", "misconfigured"],
    [404, "UnknownOperationException", "No such operation.", "misconfigured"],
    [413, "RequestEntityTooLarge", "Too large.", "permanent"],
    [413, "", "", "permanent"],
    [408, "", "a proxy gave up", "unknown"],
    [500, "InternalFailure", "Internal.", "unknown"],
    [500, "InternalServiceErrorException", "Internal.", "unknown"],
    [502, "BadGateway", "", "unknown"],
    [503, "ServiceUnavailable", "Unavailable.", "unknown"],
    [504, "GatewayTimeout", "", "unknown"],
    [0, "", "the connection is reset", "unknown"],
  ])("%i %s %s → %s, after one call", async (status, type, text, result) => {
    await answer(status, type, text);
    expect(await send()).toMatchObject({
      result,
      code: type || expect.stringMatching(/./),
      next: expect.stringMatching(/^[A-Z].*\.$/),
    });
    expect(calls).toBe(1);
  });

  it("reports an email to the unverified sender itself as a mistake in the set-up", async () => {
    await answer(400, "MessageRejected", unverified("hello@example.com"));
    expect(await send({}, { ...message, to: "hello@example.com" })).toMatchObject({
      result: "misconfigured",
    });
  });

  it("keeps no address, no token of a link and no NUL of an answer", async () => {
    const token = "Zk3v9QmR7-abcdefghijklmnopqrstuvwxyz_0123456";
    const link = `https://example.com/reset-password?token=${token}`;
    const quoted = `name@example.com, 'a@example.org', <o'neill@example.net>, ${link} \0.`;
    await answer(400, "MessageRejected", `Refused: ${quoted}`);
    expect(await send()).toMatchObject({
      result: "permanent",
      error:
        "Refused: [address], '[address]', <[address]>, https://example.com/reset-password?… \ufffd.",
    });
  });

  it("reads a long answer in linear time: the leases of other emails go on", async () => {
    // In quadratic time, each would take minutes.
    for (const text of ["a".repeat(300_000), "sending account ".repeat(20_000)]) {
      await answer(400, "MessageRejected", text);
      expect(await send()).toMatchObject({ result: "permanent", error: text.slice(0, 500) });
    }
  });

  // The real limits: nothing shorter would show that they hold together.
  it.runIf(full)("ends a call that is not answered, and one whose answer stalls", async () => {
    let count = 0;
    await serve((request, response) => {
      request.resume();
      if (++count === 1) response.writeHead(200, { "content-length": "100" }).write('{"Mess');
    });
    for (const sent of await Promise.all([send(), send()])) {
      expect(sent).toMatchObject({ result: "unknown" });
    }
    expect(count).toBe(2);
  });

  it("does not treat a truncated answer as a refusal", async () => {
    await serve((request, response) => {
      request.resume().on("end", () => {
        response.writeHead(200, { "content-type": "application/json" }).end('{"Mess');
      });
    });
    expect(await send()).toMatchObject({ result: "unknown" });
  });

  it("encodes a sender's name beyond ASCII (RFC 2047)", async () => {
    let sender = "";
    await serve((request, response) => {
      void json(request).then((body) => {
        sender = (body as { FromEmailAddress: string }).FromEmailAddress;
        response.end('{"MessageId":"id"}');
      });
    });
    expect(await send({ from: "Café Süd <hello@example.com>" })).toMatchObject({
      result: "accepted",
    });
    expect(sender).toBe("=?UTF-8?B?Q2Fmw6kgU8O8ZA==?= <hello@example.com>");
  });

  it("knows that without a region nothing was sent", async () => {
    pointSdkTo("http://127.0.0.1:1");
    vi.stubEnv("AWS_REGION", undefined);
    expect(await send()).toMatchObject({
      result: "misconfigured",
      next: expect.stringContaining("AWS_REGION"),
    });
  });

  it("knows that without credentials nothing was sent", async () => {
    pointSdkTo("http://127.0.0.1:1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    expect(await send()).toMatchObject({
      result: "misconfigured",
      next: expect.stringContaining("credentials"),
    });
  });

  it("knows that a refused connection sent nothing", async () => {
    pointSdkTo(`http://127.0.0.1:${await freePort()}`);
    expect(await send()).toMatchObject({ result: "unreachable", code: "ECONNREFUSED" });
  });

  it("sends nothing to a server whose certificate is not trusted", async () => {
    let asked = false;
    const tls = createTlsServer(createCertificate("127.0.0.1"), (_request, response) => {
      asked = true;
      response.end('{"MessageId":"id"}');
    }).listen(0, "127.0.0.1");
    await once(tls, "listening");
    pointSdkTo(`https://127.0.0.1:${(tls.address() as AddressInfo).port}`);
    expect(await send()).toMatchObject({
      result: "misconfigured",
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    expect(asked).toBe(false);
    tls.close();
  });

  it.each([
    [403, "AccessDeniedException", denied("*"), "QUOTA_ACCESS_DENIED", false],
    [403, "UnrecognizedClientException", "Bad token.", "QUOTA_UNAVAILABLE", true],
    [429, "TooManyRequestsException", "Too many.", "QUOTA_UNAVAILABLE", true],
    [500, "InternalFailure", "Internal.", "QUOTA_UNAVAILABLE", true],
  ])("asked for its limits: %i %s → %s", async (status, type, text, code, retryable) => {
    await answer(status, type, text);
    await expect(quota()).rejects.toMatchObject({ name: "EmailError", code, retryable });
    expect(calls).toBe(1);
  });
});
