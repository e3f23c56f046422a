import { freePort } from "@repo/testing/free-port";
import { full } from "@repo/testing/full";
import { hasIpv6 } from "@repo/testing/ipv6";
import {
  type SmtpAnswer,
  type SmtpServer,
  type SmtpStep,
  startSmtpServer,
} from "@repo/testing/smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import { createSmtpTransport } from "./smtp.ts";
import { message } from "./test-message.ts";
import type { Transport } from "./transport.ts";

let server: SmtpServer | undefined;
let transport: Transport | undefined;
afterEach(async () => {
  transport?.close();
  await server?.stop();
});

function connect(port: number, login = {}): Transport {
  const host = "127.0.0.1";
  transport = createSmtpTransport({
    from: "hello@example.com",
    host,
    port,
    loopbackOnly: true,
    ...login,
  });
  return transport;
}

/** Sends one email to a server that answers one step in its own way and the others well. */
async function answered(own: SmtpStep, answer: SmtpAnswer) {
  const isAuth = own === "AUTH";
  server = await startSmtpServer(
    ({ step }) => (step === own ? answer : undefined),
    isAuth ? ["AUTH PLAIN"] : [],
  );
  const login = isAuth ? { username: "user", password: "secret" } : {};
  return connect(server.port, login).send(message);
}

const unverified = (identities: string) =>
  `554 Message rejected: Email address is not verified. The following identities failed the check in region US-EAST-1: ${identities}`;

// RFC 5321, sections 3.8, 4.2 and 4.3.2, and SES's own answers:
// https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html
describe("classifies every answer by its step", () => {
  it.each<[SmtpStep, SmtpAnswer, string]>([
    // While the connection is set up. Every email would get the same answer.
    ["CONN", "554 No SMTP service here", "misconfigured"],
    ["CONN", "421 Too many connections", "throttled"],
    ["CONN", "451 Try later", "throttled"],
    ["CONN", "close", "unreachable"],
    ["EHLO", "421 Closing", "throttled"],
    ["EHLO", "reset", "unreachable"],
    ["AUTH", "535 Authentication credentials invalid", "misconfigured"],
    ["AUTH", "554 Not for you", "misconfigured"],
    ["AUTH", "454 Temporary authentication failure", "throttled"],
    ["AUTH", "421 Closing", "throttled"],
    ["AUTH", "reset", "unreachable"],
    // Before the email.
    ["MAIL", "530 Authentication required", "misconfigured"],
    ["MAIL", "501 Invalid MAIL FROM address provided", "misconfigured"],
    ["MAIL", "550 You may not send from here", "misconfigured"],
    ["MAIL", "552 Message size exceeds the limit", "permanent"],
    ["MAIL", "421 Closing", "throttled"],
    ["MAIL", "451 Try later", "deferred"],
    ["MAIL", "454 Throttling failure: Maximum sending rate exceeded.", "throttled"],
    ["MAIL", "close", "unreachable"],
    ["MAIL", "reset", "unreachable"],
    ["RCPT", "550 No such mailbox", "permanent"],
    ["RCPT", "450 Greylisted", "deferred"],
    ["RCPT", "421 Closing", "throttled"],
    ["RCPT", "reset", "unreachable"],
    ["DATA", "554 No", "permanent"],
    ["DATA", "451 Try later", "deferred"],
    ["DATA", "reset", "unreachable"],
    // After the final dot.
    ["BODY", "250 Ok 0100-id", "accepted"],
    ["BODY", "354 Go on", "unknown"],
    ["BODY", "421 Closing", "throttled"],
    ["BODY", "454 Throttling failure: Maximum sending rate exceeded.", "throttled"],
    ["BODY", "454 Throttling failure: Daily message quota exceeded.", "quota"],
    ["BODY", "451 Temporary service failure", "deferred"],
    ["BODY", "554 Message rejected: Email address is not verified.", "misconfigured"],
    ["BODY", unverified("hello@example.com"), "misconfigured"],
    ["BODY", unverified("hello@example.com, name@example.com"), "misconfigured"],
    ["BODY", unverified("name@example.com"), "unverified"],
    ["BODY", "554 Message rejected: Sending paused for this account.", "paused"],
    ["BODY", "554 Message rejected: Sending suspended for this account.", "paused"],
    ["BODY", "554 Transaction failed: Configuration set <x> does not exist.", "misconfigured"],
    [
      "BODY",
      "554 Access denied: User is not authorized to perform ses:SendRawEmail",
      "misconfigured",
    ],
    ["BODY", "554 Transaction failed: Invalid.", "permanent"],
    ["BODY", "552 Message is too large.", "permanent"],
    ["BODY", "close", "unknown"],
    ["BODY", "reset", "unknown"],
  ])("%s: %s → %s", async (step, answer, result) => {
    const sent = await answered(step, answer);
    expect(sent).toMatchObject({ result });
    expect(server?.accepted).toEqual(result === "accepted" ? [message.id] : []);
    if (sent.result === "accepted") return;
    expect(sent.next).toMatch(/^[A-Z].*\.$/);
    expect(sent.error).not.toContain("@example");
  });

  // This machine need not offer TLS. So the test uses a spelling of its address that is not
  // recognised.
  it.runIf(hasIpv6()).each<[SmtpAnswer, string]>([
    ["502 Not implemented", "misconfigured"],
    ["554 No TLS here", "misconfigured"],
    ["454 TLS not available due to temporary reason", "throttled"],
    ["421 Closing", "throttled"],
    ["close", "unreachable"],
    ["reset", "unreachable"],
  ])("STARTTLS: %s → %s, and sends nothing in the clear", async (answer, result) => {
    const steps: SmtpStep[] = [];
    server = await startSmtpServer(({ step }) => {
      steps.push(step);
      return step === "STARTTLS" ? answer : undefined;
    });
    const elsewhere = { host: "::ffff:127.0.0.1", loopbackOnly: false };
    const login = { username: "user", password: "secret" };
    const sent = await connect(server.port, { ...elsewhere, ...login }).send(message);
    expect(sent).toMatchObject({ result });
    expect(new Set(steps)).toEqual(new Set(["CONN", "EHLO", "STARTTLS"]));
  });

  it("knows that a refused connection sent nothing", async () => {
    expect(await connect(await freePort()).send(message)).toMatchObject({ result: "unreachable" });
  });

  it("knows that an email was not sent whose transmission was interrupted", async () => {
    server = await startSmtpServer(({ step }) => (step === "PART" ? "reset" : undefined));
    // More than the buffers between the two take.
    const html = `<p>${"long ".repeat(8_000_000)}</p>`;
    const sent = await connect(server.port).send({ ...message, html });
    expect(sent).toMatchObject({ result: "unreachable" });
    expect(server.read).toEqual([]);
  });

  it.runIf(full)("knows that an email was not sent that never got a connection", async () => {
    server = await startSmtpServer(({ step }) => (step === "MAIL" ? "hang" : undefined));
    const sent = await connect(server.port).send(message);
    expect(sent).toMatchObject({ result: "unreachable" });
  });
});

describe("a server that ends a connection it has used", () => {
  /** Sends emails one after the other, and returns how each ended. */
  async function series(count: number, tell: Parameters<typeof startSmtpServer>[0]) {
    server = await startSmtpServer(tell);
    const smtp = connect(server.port);
    const results: string[] = [];
    for (let i = 0; i < count; i++) {
      results.push((await smtp.send({ ...message, id: `email-${i}` })).result);
    }
    return results;
  }
  const accepted = (count: number) => Array.from({ length: count }, () => "accepted");

  it.each<[string, SmtpStep, SmtpAnswer]>([
    ["421 to MAIL FROM", "MAIL", "421 Too many messages on this connection"],
    ["an end in answer to MAIL FROM", "MAIL", "close"],
    ["a reset in answer to MAIL FROM", "MAIL", "reset"],
  ])("after five emails, by %s, still gets each email once", async (_how, own, answer) => {
    const results = await series(12, ({ step, email }) =>
      step === own && email > 5 ? answer : undefined,
    );
    expect(results).toEqual(accepted(12));
    expect(server?.accepted).toEqual(Array.from({ length: 12 }, (_, i) => `email-${i}`));
  });

  it.each<[string, SmtpAnswer]>([
    ["421", "421 Idle for too long"],
    ["a close", "close"],
    ["a reset", "reset"],
  ])("at idle, by %s, still gets each email once", async (_how, answer) => {
    const results = await series(3, ({ step }) => (step === "IDLE" ? answer : undefined));
    expect(results).toEqual(accepted(3));
    expect(server?.accepted).toHaveLength(3);
  });

  it("at idle, by 451, may defer the next email, and delays no other", async () => {
    const results = await series(6, ({ step }) => (step === "IDLE" ? "451 Timeout" : undefined));
    // We may read it as the answer to the next email's MAIL FROM.
    expect(["accepted", "deferred", "unreachable"]).toEqual(expect.arrayContaining(results));
    expect(server?.accepted).toHaveLength(results.filter((one) => one === "accepted").length);
  });
});
