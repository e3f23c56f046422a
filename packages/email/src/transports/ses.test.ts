import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { freePort } from "@repo/testing/free-port";
import { startSesLocal } from "@repo/testing/ses-local";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createSesTransport } from "./ses.ts";
import { message } from "./test-message.ts";

const from = "Sendoff <hello@example.com>";

/** The SDK's own settings, as a worker has them in its environment. */
function pointSdkTo(url: string): void {
  vi.stubEnv("AWS_ENDPOINT_URL_SESV2", url);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
}
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("against ses-local", () => {
  let ses: Awaited<ReturnType<typeof startSesLocal>>;
  beforeAll(async () => {
    ses = await startSesLocal();
  });
  afterAll(() => ses.stop());

  it("sends both bodies, our id as tag and header, and the category's configuration set", async () => {
    pointSdkTo(ses.url);
    const transport = createSesTransport({
      from,
      configurationSet: "other",
      securityConfigurationSet: "security",
    });
    const sent = await transport.send(message);
    transport.close();
    expect(sent).toMatchObject({ result: "accepted" });
    const [received] = await ses.inbox({ to: message.to, wait: 5 });
    expect(received).toMatchObject({
      messageId: sent.result === "accepted" && sent.sesMessageId,
      subject: "Grüße ✓",
      html: expect.stringContaining("Hello ✓"),
      text: expect.stringContaining("Hello ✓"),
      tags: { "message-id": message.id, template: "password-reset" },
    });
    expect(JSON.stringify(received?.headers)).toContain(message.id);
  });

  it("takes an unverified sender for a mistake in the set-up, not for a lost message", async () => {
    pointSdkTo(ses.url);
    const transport = createSesTransport({ from: "hello@unverified.example" });
    expect(await transport.send(message)).toMatchObject({
      result: "misconfigured",
      code: "MessageRejected",
    });
    transport.close();
  });
});

describe("sorts every answer", () => {
  let server: Server | undefined;
  let calls: number;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function answer(status: number, type: string, text: string) {
    calls = 0;
    server = createServer((request, response) => {
      calls++;
      request.resume().on("end", () => {
        if (status === 0) return response.destroy();
        response
          .writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type })
          .end(JSON.stringify({ message: text }));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    pointSdkTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const transport = createSesTransport({ from });
    const sent = await transport.send(message);
    transport.close();
    return sent;
  }

  it.each([
    [429, "TooManyRequestsException", "Maximum sending rate exceeded.", "throttled"],
    [429, "TooManyRequestsException", "Daily message quota exceeded.", "quota"],
    [400, "LimitExceededException", "Too many.", "throttled"],
    [400, "AccountSuspendedException", "Suspended.", "paused"],
    [400, "SendingPausedException", "Paused.", "paused"],
    [400, "MailFromDomainNotVerifiedException", "Not verified.", "misconfigured"],
    [404, "NotFoundException", "Configuration set does not exist.", "misconfigured"],
    [400, "MessageRejected", "Email address is not verified.", "misconfigured"],
    [400, "MessageRejected", "Message rejected.", "permanent"],
    [400, "BadRequestException", "Invalid.", "permanent"],
    [403, "AccessDeniedException", "Not authorized.", "misconfigured"],
    [403, "InvalidSignatureException", "Bad signature.", "misconfigured"],
    [403, "UnrecognizedClientException", "Bad token.", "misconfigured"],
    [403, "OptInRequired", "Not subscribed.", "misconfigured"],
    [404, "UnknownOperationException", "No such operation.", "misconfigured"],
    [413, "RequestEntityTooLarge", "Too large.", "misconfigured"],
    [500, "InternalFailure", "Internal.", "unknown"],
    [502, "BadGateway", "", "unknown"],
    [503, "ServiceUnavailable", "Unavailable.", "unknown"],
    [504, "GatewayTimeout", "", "unknown"],
    [0, "", "the connection is reset", "unknown"],
  ])("%i %s %s → %s, after one call", async (status, type, text, result) => {
    expect(await answer(status, type, text)).toMatchObject({ result });
    expect(calls).toBe(1);
  });

  it("keeps no address and no NUL of an answer", async () => {
    const sent = await answer(400, "MessageRejected", "Refused: name@example.com, \0.");
    expect(sent).toMatchObject({ result: "permanent", error: "Refused: [address], \ufffd." });
  });

  it("encodes a sender's name beyond ASCII (RFC 2047)", async () => {
    let sender = "";
    server = createServer((request, response) => {
      void json(request).then((body) => {
        sender = (body as { FromEmailAddress: string }).FromEmailAddress;
        response.end('{"MessageId":"id"}');
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    pointSdkTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const transport = createSesTransport({ from: "Café Süd <hello@example.com>" });
    expect(await transport.send(message)).toMatchObject({ result: "accepted" });
    transport.close();
    expect(sender).toBe("=?UTF-8?B?Q2Fmw6kgU8O8ZA==?= <hello@example.com>");
  });

  it("knows that without a region nothing was sent", async () => {
    pointSdkTo("http://127.0.0.1:1");
    vi.stubEnv("AWS_REGION", undefined);
    vi.stubEnv("AWS_CONFIG_FILE", "/none");
    const transport = createSesTransport({ from });
    expect(await transport.send(message)).toMatchObject({ result: "misconfigured" });
    transport.close();
  });

  it("knows that a refused connection sent nothing", async () => {
    const port = await freePort();
    pointSdkTo(`http://127.0.0.1:${port}`);
    const transport = createSesTransport({ from });
    expect(await transport.send(message)).toMatchObject({
      result: "unreachable",
      code: "ECONNREFUSED",
    });
    transport.close();
  });
});
