import { GetAccountCommand, SESv2ServiceException } from "@aws-sdk/client-sesv2";
import type { SesFault } from "../client.ts";
import { startOwn } from "../testing/start.ts";
import { full } from "@repo/testing/full";
import { createTransport } from "nodemailer";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient, email } from "../testing/client.ts";

let id: number;

const ses = await startOwn();
const client = createClient(ses.url);
beforeEach(async () => {
  id = 0;
  await fetch(`${ses.url}/inbox/messages`, { method: "DELETE" });
});
afterEach(() => ses.reset());
afterAll(async () => {
  client.destroy();
  await ses.stop();
});

const send = (to = "sam@example.org", changes: Parameters<typeof email>[0] = {}) =>
  client.send(
    email({
      Destination: { ToAddresses: [to] },
      EmailTags: [{ Name: "message-id", Value: `m-${++id}` }],
      ...changes,
    }),
  );

/** The SDK's view of the answer. */
async function outcome(sent: Promise<unknown>) {
  try {
    await sent;
    return { type: "accepted" };
  } catch (error) {
    if (error instanceof SESv2ServiceException) {
      // The SDK takes the name from x-amzn-errortype.
      const { name: type, message, $metadata } = error;
      return { type, message, status: $metadata.httpStatusCode };
    }
    return { type: (error as NodeJS.ErrnoException).code };
  }
}

async function copies(): Promise<number> {
  const tally = Object.values(await ses.tally());
  const counted = tally.reduce((sum, entry) => sum + entry.copies, 0);
  expect(await ses.inbox()).toHaveLength(counted);
  return counted;
}

const RATE = "Maximum sending rate exceeded.";
const QUOTA = "Daily message quota exceeded.";
const UNVERIFIED =
  "Email address is not verified. The following identities failed the check in region US-EAST-1:";

describe("a fault", () => {
  test.each<[SesFault, object, copies: number]>([
    ["lost-answer", { type: "ECONNRESET" }, 1],
    ["error-after-accept", { status: 500, type: "InternalFailure" }, 1],
    ["throttle", { status: 429, type: "TooManyRequestsException", message: RATE }, 0],
    ["quota", { status: 429, type: "TooManyRequestsException", message: QUOTA }, 0],
    ["unavailable", { status: 503, type: "ServiceUnavailableException" }, 0],
    ["paused", { status: 400, type: "SendingPausedException" }, 0],
    ["suspended", { status: 400, type: "AccountSuspendedException" }, 0],
    [
      "access-denied",
      {
        status: 403,
        type: "AccessDeniedException",
        message: expect.stringMatching(/^User.* is not authorized to perform: ses:SendEmail/),
      },
      0,
    ],
    [
      "unverified-from",
      {
        status: 400,
        type: "MessageRejected",
        message: `${UNVERIFIED} Example <hello@example.com>`,
      },
      0,
    ],
    ["bad-request", { status: 400, type: "BadRequestException" }, 0],
    ["reset-before-accept", { type: "ECONNRESET" }, 0],
  ])("%s answers %j, and counts %i", async (fault, answer, taken) => {
    await ses.control({ faults: [{ fault }] });
    expect(await outcome(send())).toMatchObject(answer);
    expect(await copies()).toBe(taken);
    await ses.reset();
    await expect(send()).resolves.toBeDefined();
    expect(await copies()).toBe(taken + 1);
  });

  test("names its exception in x-amzn-errortype, as SES does", async () => {
    await ses.control({ faults: [{ fault: "unavailable" }] });
    const response = await fetch(`${ses.url}/v2/email/outbound-emails`, {
      method: "POST",
      headers: {
        authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/ses/aws4_request,",
      },
      body: "{}",
    });
    expect(response.status).toBe(503);
    expect(response.headers.get("x-amzn-errortype")).toBe("ServiceUnavailableException");
    expect(await response.json()).toEqual({ message: expect.any(String) });
  });

  test("does not accept a message that SES would refuse anyway", async () => {
    for (const fault of ["lost-answer", "error-after-accept"] as const) {
      await ses.control({ faults: [{ fault }] });
      expect(await outcome(send("nobody"))).toMatchObject({ type: "BadRequestException" });
    }
    expect(await copies()).toBe(0);
  });

  test.runIf(full)("affects its share of the messages, the same for the same seed", async () => {
    const faults = [
      { fault: "throttle" as const, share: 0.2 },
      { fault: "unavailable" as const, share: 0.3 },
    ];
    const run = async (seed: number) => {
      await ses.control({ seed, faults });
      const types: (string | undefined)[] = [];
      for (let sent = 0; sent < 200; sent += 1) types.push((await outcome(send())).type);
      return types;
    };
    const types = await run(7);
    const count = (type: string) => types.filter((each) => each === type).length;
    // The seed fixes the numbers. The expected values are 40, 60 and 100.
    expect(count("TooManyRequestsException")).toBeGreaterThan(20);
    expect(count("TooManyRequestsException")).toBeLessThan(60);
    expect(count("ServiceUnavailableException")).toBeGreaterThan(40);
    expect(count("ServiceUnavailableException")).toBeLessThan(80);
    expect(await copies()).toBe(count("accepted"));
    expect(await run(7)).toEqual(types);
    expect(await run(8)).not.toEqual(types);
  });

  test("without a share affects all messages that the faults before it leave", async () => {
    await ses.control({ faults: [{ fault: "throttle", share: 0.5 }, { fault: "paused" }] });
    const types = new Set<string | undefined>();
    for (let sent = 0; sent < 40; sent += 1) types.add((await outcome(send())).type);
    expect(types).toEqual(new Set(["TooManyRequestsException", "SendingPausedException"]));
  });
});

describe("by SMTP, a fault", () => {
  const sendBySmtp = (changes = {}) =>
    createTransport({ host: "127.0.0.1", port: ses.smtpPort }).sendMail({
      from: "hello@example.com",
      to: "sam@example.org",
      text: "x",
      headers: { "X-SES-MESSAGE-TAGS": `message-id=m-${++id}` },
      ...changes,
    });

  test.each<[SesFault, responseCode: number, response: string, copies: number]>([
    ["error-after-accept", 451, "Temporary service failure", 1],
    ["throttle", 454, `Throttling failure: ${RATE}`, 0],
    ["quota", 454, `Throttling failure: ${QUOTA}`, 0],
    ["unavailable", 421, "", 0],
    ["paused", 554, "Message rejected: Sending paused for this account.", 0],
    ["suspended", 554, "Message rejected: ", 0],
    ["access-denied", 554, "Access denied: User: ", 0],
    ["unverified-from", 554, `Message rejected: ${UNVERIFIED} hello@example.com`, 0],
    ["bad-request", 554, "Transaction failed: ", 0],
  ])("%s answers %i %s, and counts %i more", async (fault, responseCode, response, taken) => {
    await ses.control({ faults: [{ fault }] });
    const sent = sendBySmtp();
    await expect(sent).rejects.toMatchObject({ responseCode });
    await expect(sent).rejects.toThrow(`${responseCode} ${response}`);
    expect(await copies()).toBe(taken);
  });

  test.each<[SesFault, copies: number]>([
    ["lost-answer", 1],
    ["reset-before-accept", 0],
  ])("%s drops the connection, and counts %i", async (fault, taken) => {
    await ses.control({ faults: [{ fault }] });
    const sent = sendBySmtp();
    await expect(sent).rejects.toMatchObject({ code: "ECONNECTION" });
    await expect(sent).rejects.not.toHaveProperty("responseCode");
    expect(await copies()).toBe(taken);
  });

  test("of the account has the same answer as by the API", async () => {
    await ses.control({ account: { productionAccess: false } });
    await expect(sendBySmtp()).rejects.toThrow(
      `554 Message rejected: ${UNVERIFIED} sam@example.org`,
    );
    await ses.control({ account: { max24HourSend: 0 }, enforceQuota: true });
    await expect(sendBySmtp()).rejects.toThrow(`454 Throttling failure: ${QUOTA}`);
    expect(await copies()).toBe(0);
  });
});

describe("the account", () => {
  const account = async () => {
    const { $metadata, ...described } = await client.send(new GetAccountCommand({}));
    expect($metadata.httpStatusCode).toBe(200);
    return described;
  };

  test("is described by GetAccount, with the emails sent since", async () => {
    await ses.control({
      account: {
        maxSendRate: 2.5,
        max24HourSend: -1,
        sentLast24Hours: 40,
        sendingEnabled: true,
        productionAccess: true,
      },
    });
    await send();
    await client.send(
      email({
        Destination: { ToAddresses: ["a@example.org"], BccAddresses: ["b@example.org"] },
      }),
    );
    await outcome(send("nobody"));
    expect(await account()).toMatchObject({
      ProductionAccessEnabled: true,
      SendingEnabled: true,
      // SES counts recipients.
      SendQuota: { MaxSendRate: 2.5, Max24HourSend: -1, SentLast24Hours: 43 },
    });
    await ses.control({ account: { sendingEnabled: false, productionAccess: false } });
    expect(await account()).toMatchObject({
      ProductionAccessEnabled: false,
      SendingEnabled: false,
      SendQuota: { MaxSendRate: 14, Max24HourSend: 50_000, SentLast24Hours: 0 },
    });
  });

  test("sends nothing while sending is disabled", async () => {
    await ses.control({ account: { sendingEnabled: false } });
    expect(await outcome(send())).toMatchObject({ status: 400, type: "SendingPausedException" });
    expect(await copies()).toBe(0);
  });

  test("sends no more than its quota, and does not count refused emails", async () => {
    await ses.control({
      account: { max24HourSend: 10, sentLast24Hours: 7 },
      enforceQuota: true,
    });
    const results = await Promise.all(Array.from({ length: 20 }, () => outcome(send())));
    const over = { status: 429, type: "TooManyRequestsException", message: QUOTA };
    const refused = results.filter(({ type }) => type !== "accepted");
    expect(refused).toHaveLength(17);
    for (const refusal of refused) expect(refusal).toEqual(over);
    expect(await copies()).toBe(3);
    expect((await account()).SendQuota?.SentLast24Hours).toBe(10);
  });

  test("with a quota of -1 has no limit", async () => {
    await ses.control({
      account: { max24HourSend: -1, sentLast24Hours: 1_000_000 },
      enforceQuota: true,
    });
    await expect(send()).resolves.toBeDefined();
  });

  test("sends one second's worth at once, and no more", async () => {
    // So slow that no token comes back during the test.
    await ses.control({ account: { maxSendRate: 1 / 3600 }, enforceRate: true });
    const results = await Promise.all(Array.from({ length: 10 }, () => outcome(send())));
    const over = { status: 429, type: "TooManyRequestsException", message: RATE };
    const refused = results.filter(({ type }) => type !== "accepted");
    expect(refused).toHaveLength(9);
    for (const refusal of refused) expect(refusal).toEqual(over);
    expect(await copies()).toBe(1);

    // The change applies at once. The tokens stay, and the new rate adds to them.
    await ses.control({ account: { maxSendRate: 1000 }, enforceRate: true });
    await expect.poll(() => outcome(send())).toEqual({ type: "accepted" });
  });

  test("enforces its rate and quota only if that is switched on", async () => {
    await ses.control({ account: { maxSendRate: 0.001, max24HourSend: 1 } });
    for (let sent = 0; sent < 5; sent += 1) await send();
    expect(await copies()).toBe(5);
  });

  test("in the sandbox sends only to verified recipients and the simulator", async () => {
    await ses.control({
      account: { productionAccess: false },
      verifiedRecipients: ["only@example.net", "Example.org"],
    });
    for (const to of [
      "sam@example.org",
      "sam@mail.example.org",
      "Only@example.net",
      "self@example.com",
      "success@simulator.amazonses.com",
    ]) {
      await expect(send(to)).resolves.toBeDefined();
    }
    expect(await outcome(send("Sam <sam@example.net>"))).toEqual({
      status: 400,
      type: "MessageRejected",
      message: `${UNVERIFIED} sam@example.net`,
    });
    // It names all unverified mailboxes, the sender first.
    expect(
      await outcome(send("x@example.net", { FromEmailAddress: "eve@example.net" })),
    ).toMatchObject({ message: `${UNVERIFIED} eve@example.net, x@example.net` });
    expect(await copies()).toBe(5);
  });

  test("has only the given configuration sets", async () => {
    await ses.control({ configurationSets: ["a", "b"] });
    await expect(send("sam@example.org", { ConfigurationSetName: "b" })).resolves.toBeDefined();
    await expect(send()).resolves.toBeDefined();
    expect(await outcome(send("sam@example.org", { ConfigurationSetName: "c" }))).toEqual({
      status: 404,
      type: "NotFoundException",
      message: "Configuration set <c> does not exist.",
    });
    expect(await copies()).toBe(2);
  });
});

test("should accept a message at once, and answer after the delay", async () => {
  await ses.control({ delay: 600_000 });
  const controller = new AbortController();
  const sent = client.send(email({ EmailTags: [{ Name: "message-id", Value: "late" }] }), {
    abortSignal: controller.signal,
  });
  const [message] = await ses.inbox({ wait: 20 });
  expect(await ses.tally()).toEqual({
    late: { copies: 1, messageIds: [message?.messageId] },
  });
  controller.abort();
  await expect(sent).rejects.toThrow("aborted");

  await ses.control({ delay: 1 });
  await expect(send()).resolves.toBeDefined();
});
