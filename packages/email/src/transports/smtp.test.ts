import { once } from "node:events";
import { type AddressInfo, type Server, createServer } from "node:net";
import { freePort } from "@repo/testing/free-port";
import { startSesLocal } from "@repo/testing/ses-local";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSmtpTransport } from "./smtp.ts";
import { message } from "./test-message.ts";

const from = "Sendoff <hello@example.com>";

describe("against ses-local", () => {
  let ses: Awaited<ReturnType<typeof startSesLocal>>;
  beforeAll(async () => {
    ses = await startSesLocal();
  });
  afterAll(() => ses.stop());

  it("arrives in the same inbox, with the same tags", async () => {
    const transport = createSmtpTransport({ from, host: "127.0.0.1", port: ses.smtpPort });
    const sent = await transport.send(message);
    transport.close();
    expect(sent).toMatchObject({ result: "accepted" });
    const [received] = await ses.inbox({ to: message.to, wait: 5 });
    expect(received).toMatchObject({
      messageId: sent.result === "accepted" && sent.sesMessageId,
      subject: "Grüße ✓",
      tags: { "message-id": message.id, template: "password-reset" },
    });
  });

  it("takes an unverified sender for a mistake in the set-up", async () => {
    const transport = createSmtpTransport({
      from: "hello@unverified.example",
      host: "127.0.0.1",
      port: ses.smtpPort,
    });
    expect(await transport.send(message)).toMatchObject({ result: "misconfigured" });
    transport.close();
  });
});

describe("sorts every answer", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  /** A server that answers one command in its own way and the others well. */
  async function send(command: string, answer: string | undefined) {
    server = createServer((socket) => {
      let inData = false;
      const reply = (own: boolean, normal: string) => {
        if (!own) return socket.write(`${normal}\r\n`);
        return answer === undefined ? socket.destroy() : socket.write(`${answer}\r\n`);
      };
      socket.on("error", () => undefined).write("220 ready\r\n");
      socket.on("data", (data) => {
        const text = data.toString();
        if (inData) {
          if (!text.endsWith("\r\n.\r\n")) return;
          inData = false;
          reply(command === "BODY", "250 Ok 0100-id");
        } else if (text.startsWith("DATA")) {
          inData = true;
          socket.write("354 go on\r\n");
        } else {
          reply(text.startsWith(command), "250 ok");
        }
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const transport = createSmtpTransport({ from, host: "127.0.0.1", port });
    const sent = await transport.send(message);
    transport.close();
    return sent;
  }

  it.each([
    ["BODY", "250 Ok 0100-id", "accepted"],
    ["BODY", "454 Throttling failure: Maximum sending rate exceeded.", "throttled"],
    ["BODY", "454 Throttling failure: Daily message quota exceeded.", "quota"],
    ["BODY", "554 Message rejected: Email address is not verified.", "misconfigured"],
    ["BODY", "554 Transaction failed: Invalid.", "permanent"],
    ["RCPT", "550 no such mailbox", "permanent"],
    ["MAIL", "530 Authentication required", "misconfigured"],
    ["MAIL", "451 try later", "throttled"],
    ["MAIL", undefined, "unknown"],
    ["BODY", undefined, "unknown"],
  ])("%s: %s → %s", async (command, answer, result) => {
    expect(await send(command, answer)).toMatchObject({ result });
  });

  it("knows that a refused connection sent nothing", async () => {
    const port = await freePort();
    const transport = createSmtpTransport({ from, host: "127.0.0.1", port });
    expect(await transport.send(message)).toMatchObject({ result: "unreachable" });
    transport.close();
  });
});
