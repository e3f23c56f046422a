import { startSesLocal } from "@repo/ses-local/client";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createSesTransport } from "./ses.ts";
import { createSmtpTransport } from "./smtp.ts";
import { fullMessage, message } from "./test-message.ts";
import { pointSdkTo } from "./test-ses.ts";
import type { SenderConfig, Transport } from "./transport.ts";

const ses = await startSesLocal();
afterAll(() => ses.stop());
beforeEach(() => {
  pointSdkTo(ses.url);
  return () => vi.unstubAllEnvs();
});

const TRANSPORTS: Record<string, (config: SenderConfig) => Transport> = {
  api: createSesTransport,
  smtp: (config) => createSmtpTransport({ ...config, host: "127.0.0.1", port: ses.smtpPort }),
};
const SUBJECTS = [
  // Each must be shown as it is: mailers would decode the first three.
  "=?utf-8?q?=61=62?=",
  "Re: =?utf-8?b?SGVsbG8=?= and more",
  `=?${"long ".repeat(40)}`.trim(),
  "1 = 2?",
];

describe.each(Object.entries(TRANSPORTS))("by %s", (via, create) => {
  /** Sends an email, and returns what the inbox got. */
  async function deliver(config: Partial<SenderConfig> = {}, outgoing = message) {
    const to = `${via}-${outgoing.to}`;
    const sent = await send(config, { ...outgoing, to });
    expect(sent).toMatchObject({ result: "accepted" });
    const [received] = await ses.inbox({ to, wait: 5 });
    return { sent, received };
  }
  async function send(config: Partial<SenderConfig>, outgoing = message) {
    const from = "Example <hello@example.com>";
    const transport = create({ from, loopbackOnly: true, ...config });
    return await transport.send(outgoing).finally(() => transport.close());
  }

  it("sends both bodies, our id as tag and header, and the category's configuration set", async () => {
    const sets = { configurationSet: "other", securityConfigurationSet: "security" };
    const { sent, received } = await deliver(sets);
    expect(received).toMatchObject({
      messageId: sent.result === "accepted" && sent.sesMessageId,
      subject: "Grüße ✓",
      html: expect.stringContaining("Hello ✓"),
      text: expect.stringContaining("Hello ✓"),
      tags: { "message-id": message.id, template: "password-reset" },
      configurationSet: "security",
      via,
    });
    expect(received?.headers["x-message-id"]).toBe(message.id);
    const account = { ...message, to: "account@example.com", category: "account" } as const;
    expect((await deliver(sets, account)).received).toMatchObject({ configurationSet: "other" });
  });

  it("delivers subject, names, headers, tags and files unchanged", async () => {
    const from = "Café „Süd“, ナイン <hello@example.com>";
    const { received } = await deliver({ from }, fullMessage);
    expect(received).toMatchObject({
      from: expect.stringMatching(/^"?Café „Süd“, ナイン"? <hello@example\.com>$/),
      subject: fullMessage.subject,
      tags: { ...fullMessage.tags, "message-id": message.id, template: "password-reset" },
      attachments: expect.arrayContaining([
        {
          filename: "Rechnung März.pdf",
          contentType: "application/pdf",
          size: 70_000,
          inline: false,
        },
        { filename: "logo.png", contentType: "image/png", size: 5, inline: true },
      ]),
    });
    expect(received?.headers["reply-to"]).toContain("<reply@example.org>");
    expect(received?.headers["x-order"]?.replace(/\s/g, "")).toBe(
      fullMessage.headers?.["X-Order"]?.replace(/\s/g, ""),
    );
  });

  it.each(SUBJECTS)("delivers the subject %j unchanged", async (subject) => {
    const { received } = await deliver({}, { ...message, to: "subject@example.com", subject });
    expect(received?.subject).toBe(subject);
  });

  it("marks an email as automatic, unless its caller says otherwise", async () => {
    for (const [headers, said] of [
      [{}, "auto-generated"],
      [{ "auto-submitted": "no" }, "no"],
    ] as const) {
      const { received } = await deliver({}, { ...message, to: `${said}@example.com`, headers });
      expect(received?.headers["auto-submitted"]).toBe(said);
    }
  });

  it("sends an attached message unencoded, and any other file encoded", async () => {
    const content = Buffer.from("Subject: Inner\r\n\r\nHello\r\n");
    const attachments = [
      { filename: "inner.eml", contentType: "message/rfc822", content },
      { filename: "a.ics", contentType: "text/calendar; charset=utf-8; method=REQUEST", content },
    ];
    const { received } = await deliver({}, { ...message, to: "files@example.com", attachments });
    const raw = await (await fetch(`${ses.url}/inbox/messages/${received?.id}/source`)).text();
    const partOf = (type: string) => raw.slice(raw.indexOf(`Content-Type: ${type}`)).slice(0, 400);
    expect(partOf("message/rfc822")).toMatch(/Content-Transfer-Encoding: 7bit/);
    expect(partOf("message/rfc822")).toContain("Subject: Inner");
    expect(partOf("text/calendar")).toMatch(/method=REQUEST[^]*base64/);
  });

  it("sends each category from its own address", async () => {
    const fromByCategory = { security: '"Example, security" <security@example.com>' };
    const own = await deliver({ fromByCategory }, { ...message, to: "own@example.com" });
    expect(own.received?.from).toMatch(/^"?Example, security"? <security@example\.com>$/);
    const account = { ...message, to: "standard@example.com", category: "account" } as const;
    const standard = await deliver({ fromByCategory }, account);
    expect(standard.received?.from).toBe("Example <hello@example.com>");
  });

  it("reports an unverified sender as a mistake in the set-up, and keeps the message", async () => {
    expect(await send({ from: "hello@unverified.example" })).toMatchObject({
      result: "misconfigured",
      next: expect.stringContaining("EMAIL_FROM"),
    });
  });
});

it("reads the account's limits", async () => {
  const transport = createSesTransport({ from: "hello@example.com", loopbackOnly: true });
  expect(await transport.quota()).toMatchObject({ maxSendRate: 14, sendingEnabled: true });
  transport.close();
});
