import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { createCertificate } from "@repo/testing/certificate";
import { hasIpv6 } from "@repo/testing/ipv6";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type SmtpConfig, createSmtpTransport } from "./smtp.ts";
import { fullMessage, message } from "./test-message.ts";

async function send(config: Partial<SmtpConfig> & { port: number }, outgoing = message) {
  const transport = createSmtpTransport({
    from: "Example <hello@example.com>",
    host: "127.0.0.1",
    loopbackOnly: true,
    ...config,
  });
  const sent = await transport.send(outgoing);
  transport.close();
  return sent;
}

describe("against another SMTP server", () => {
  // Another loopback address for each run, where there are several: 2465 may be taken on the first.
  const host =
    process.platform === "linux"
      ? `127.${[1, 2, 3].map(() => 1 + Math.floor(Math.random() * 250)).join(".")}`
      : "127.0.0.1";
  const trusted = createCertificate(host);
  const authorities = getCACertificates("default");
  let server: SMTPServer | undefined;
  let received: (ParsedMail & { secure: boolean; user: unknown; to: string[] }) | undefined;

  // Without the machine's authorities: reading all of them takes ten milliseconds.
  beforeEach(() => setDefaultCACertificates([trusted.cert]));
  afterEach(() => {
    server?.close();
    received = undefined;
  });
  afterAll(() => setDefaultCACertificates(authorities));

  async function serve(options: SMTPServerOptions, port = 0): Promise<number> {
    server = new SMTPServer({
      authOptional: true,
      disableReverseLookup: true,
      onAuth: ({ username }, _session, done) => done(null, { user: username }),
      onData: (stream, session, done) => {
        void simpleParser(stream).then((mail) => {
          const to = session.envelope.rcptTo.map(({ address }) => address);
          received = Object.assign(mail, { secure: session.secure, user: session.user, to });
          done(null, "Ok 0100-id");
        });
      },
      ...options,
    });
    // A client that breaks off its handshake.
    server.on("error", () => undefined);
    server.listen(port, host);
    await once(server.server, "listening");
    return (server.server.address() as AddressInfo).port;
  }
  const login = { username: "user", password: "secret" };

  it("sends everything under STARTTLS if it is offered (port 587)", async () => {
    const port = await serve({ ...trusted });
    expect(await send({ port, host, ...login })).toEqual({
      result: "accepted",
      sesMessageId: "0100-id",
    });
    expect(received).toMatchObject({ secure: true, user: "user", to: [message.to] });
  });

  it("speaks TLS from the first byte (port 465, or 2465 as SES has it too)", async () => {
    const port = await serve({ ...trusted, secure: true }, 2465);
    expect(await send({ port, host, ...login })).toMatchObject({ result: "accepted" });
    expect(received).toMatchObject({ secure: true, user: "user" });
  });

  it.each([
    ["of nobody that this machine trusts", host, 0],
    ["for another name", "mail.example.com", 0],
    ["of nobody, from the first byte", host, 2465],
  ])("refuses a certificate %s, and sends nothing", async (_whose, name, port) => {
    const other = createCertificate(name);
    if (name !== host) setDefaultCACertificates([other.cert]);
    const taken = await serve({ ...other, secure: port === 2465 }, port);
    expect(await send({ port: taken, host, ...login })).toMatchObject({
      result: "misconfigured",
      next: expect.stringContaining("certificate"),
    });
    expect(received).toBeUndefined();
  });

  it.runIf(hasIpv6())("refuses another machine that offers no TLS", async () => {
    const port = await serve({ ...trusted, disabledCommands: ["STARTTLS"] });
    // IPv4's loopback as IPv6 writes it. It is none of the hosts that may go without TLS.
    const elsewhere = { port, host: `::ffff:${host}`, loopbackOnly: false };
    expect(await send({ ...elsewhere, ...login })).toMatchObject({ result: "misconfigured" });
    expect(received).toBeUndefined();
  });

  it("sends `concurrency` emails at once, each on its own connection", async () => {
    const held: (() => void)[] = [];
    const port = await serve({
      ...trusted,
      onData: (stream, _session, done) => {
        stream.resume().once("end", () => held.push(() => done(null, "Ok 0100-id")));
      },
    });
    const transport = createSmtpTransport({
      ...login,
      from: "hello@example.com",
      host,
      port,
      loopbackOnly: true,
      concurrency: 3,
    });
    expect(transport.concurrency).toBe(3);
    const sending = Array.from({ length: 4 }, () => transport.send(message));
    for (const count of [3, 1]) {
      await vi.waitFor(() => expect(held).toHaveLength(count), { timeout: 9_000 });
      for (const answer of held.splice(0)) answer();
    }
    for (const sent of await Promise.all(sending)) expect(sent.result).toBe("accepted");
    transport.close();
  });

  it("delivers everything unchanged to another vendor's server", async () => {
    const port = await serve({ ...trusted });
    const from = "Café „Süd“, ナイン <hello@example.com>";
    await send({ port, host, from, configurationSet: "set-1" }, fullMessage);
    const name = "Café „Süd“, ナイン";
    expect(received).toMatchObject({
      from: { value: [{ name, address: "hello@example.com" }] },
      replyTo: { value: [fullMessage.replyTo] },
      subject: fullMessage.subject,
    });
    expect(received?.html).toContain("Hello ✓");
    expect(received?.text).toContain("Hello ✓");
    const header = (key: string) => received?.headers.get(key) as string;
    expect(header("x-message-id")).toBe(message.id);
    expect(header("x-order").replace(/\s/g, "")).toBe(`order-17${"x".repeat(500)}`);
    expect(header("x-ses-configuration-set")).toBe("set-1");
    expect(header("x-ses-message-tags").split(/,\s*/)).toEqual([
      "campaign=spring_2026",
      `long=${"v".repeat(256)}`,
      `message-id=${message.id}`,
      "template=password-reset",
    ]);
    const files = received?.attachments.map(({ filename, contentType, content, cid, related }) => ({
      filename,
      contentType,
      content: new Uint8Array(content),
      cid,
      related,
    }));
    const [bill, logo] = fullMessage.attachments!;
    expect(files).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...bill, content: new Uint8Array(bill!.content) }),
        {
          filename: "logo.png",
          contentType: "image/png",
          content: new Uint8Array(logo!.content),
          cid: "logo@example.com",
          related: true,
        },
      ]),
    );
  });
});

it("knows no limits of the account", async () => {
  const transport = createSmtpTransport({
    from: "hello@example.com",
    host: "127.0.0.1",
    port: 25,
    loopbackOnly: true,
  });
  expect(await transport.quota()).toBeUndefined();
  transport.close();
});

describe("on loopback only", () => {
  const config = { from: "hello@example.com", port: 587, loopbackOnly: true };

  it.each([
    "email-smtp.us-east-1.amazonaws.com",
    "localhost.example.com",
    "0.0.0.0",
    "192.0.2.1",
    "",
  ])("does not start with the host %j", (host) => {
    expect(() => createSmtpTransport({ ...config, host })).toThrow(
      expect.objectContaining({
        code: "LOOPBACK_ONLY",
        message: expect.stringMatching(/EMAIL_ALLOW_TO.*EMAIL_REDIRECT_TO.*APP_ENV/),
      }),
    );
  });

  it.each(["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"])("starts with %j", (host) => {
    createSmtpTransport({ ...config, host }).close();
  });
});
