import { listen } from "@repo/db";
import { full } from "@repo/testing/full";
import { describe, expect, it } from "vitest";
import { createEnqueue } from "../enqueue.ts";
import { EmailError } from "../error.ts";
import { keysOf } from "../keys.ts";
import { createPreferenceLinks } from "../preferences/links.ts";
import { categories, templates } from "../test-templates.ts";
import type { SendResult } from "../transports/transport.ts";
import { accepted, refused, useDeliverer, waitFor } from "./test-deliverer.ts";
import { SOURCE, otherCalls } from "./test-evidence.ts";
import {
  claimAs,
  keys,
  queueOptional,
  queueReset,
  queueWelcome,
  loseLeases,
} from "./test-queue.ts";

const worker = useDeliverer();

it("sends once, records the attempt, and erases the payload", async () => {
  const id = await queueReset(worker.db);
  worker.deliver(accepted);
  const message = await worker.becomes(id, {
    state: "closed",
    closedReason: "sent",
    outcome: "sent",
    payload: null,
  });
  expect(message.attempts).toMatchObject([
    { number: 1, result: "accepted", sesMessageId: "ses-1" },
  ]);
  expect(worker.calls).toHaveLength(1);
  expect(worker.calls[0]).toMatchObject({ id, to: "name@example.com", category: "security" });
  expect(worker.calls[0]?.html).toContain("token=secret");
});

it("writes neither link nor address to the log", async () => {
  const id = await queueReset(worker.db);
  worker.deliver(accepted);
  await worker.becomes(id, { state: "closed" });
  await waitFor(() => expect(worker.logged).toContain(id));
  expect(worker.logged).not.toMatch(/secret|name@example\.com/);
});

it("is woken by an email that is queued while it sleeps", async () => {
  worker.deliver(accepted, { listenUrl: worker.url });
  await waitFor(async () => expect((await worker.status()).idleUntil).not.toBeNull());
  let notified = -1; // the first call reports only the connection
  const close = listen(worker.url, "email_queued", () => notified++);
  await waitFor(() => expect(notified).toBe(0));
  const id = await queueReset(worker.db);
  await worker.becomes(id, { closedReason: "sent" });
  await waitFor(() => expect(notified).toBe(1));
  await close();
});

it("does without the notification while the worker is busy", async () => {
  let notified = -1;
  const close = listen(worker.url, "email_queued", () => notified++);
  await waitFor(() => expect(notified).toBe(0));
  await worker.db.$executeRaw`UPDATE sending_status SET idle_until = NULL`;
  await queueReset(worker.db);
  await worker.db.$executeRaw`SELECT pg_notify('email_queued', '')`;
  await waitFor(() => expect(notified).toBe(1));
  await close();
});

it("keeps a message whose payload cannot be opened until the key is right", async () => {
  const id = await queueReset(worker.db);
  worker.deliver(accepted, { keys: keysOf("another key of the tests, 32 chars") });
  await worker.becomes(id, {
    state: "queued",
    attemptCount: 1,
    lastError: expect.stringMatching(
      /^UNSEAL_FAILED: .* Add the key [0-9a-f]{8} to the end of EMAIL_KEY/,
    ),
  });
  expect(worker.calls).toHaveLength(0);
});

it("renders an email in the language that it was queued with", async () => {
  const enqueue = createEnqueue({ keys, templates });
  const props = { name: "Sam", url: "https://app.example.com/" };
  for (const locale of ["de", undefined]) {
    await enqueue(worker.db, { template: "welcome", to: "sam@example.com", props, locale });
  }
  worker.deliver(accepted, {
    render: (_template, _props, locale) => ({ subject: locale ?? "none", html: "", text: "" }),
  });
  await waitFor(() => expect(worker.calls).toHaveLength(2));
  expect(worker.calls.map(({ subject }) => subject).toSorted()).toEqual(["de", "none"]);
});

it("logs the text of our own errors if an email cannot be rendered, and only the kind of others", async () => {
  const id = await queueReset(worker.db);
  const other = await queueWelcome(worker.db);
  const reason = "<Tailwind> waits for something.";
  worker.deliver(accepted, {
    render: (template) => {
      if (template === "welcome") throw new RangeError("no price for name@example.com");
      throw new EmailError("NOT_IN_ONE_PASS", reason);
    },
  });
  await worker.becomes(id, { state: "queued", lastError: `NOT_IN_ONE_PASS: ${reason}` });
  await worker.becomes(other, { state: "queued", lastError: "RangeError: cannot be rendered" });
  await waitFor(() =>
    expect(worker.logged.match(/email cannot be rendered; kept/g)).toHaveLength(2),
  );
  expect(worker.logged).toContain(`"reason":"${reason}"`);
  expect(worker.logged).not.toContain("name@example.com");
  expect(worker.calls).toHaveLength(0);
});

it("begins with a few messages, and never has more in flight than 1.5 times its calls", async () => {
  for (let i = 0; i < 60; i++) await queueWelcome(worker.db, `name${i}@example.com`);
  const inFlight: number[] = [];
  const send = async (): Promise<SendResult> => {
    inFlight.push(await worker.count({ state: "sending" }));
    return accepted();
  };
  worker.deliver(send, { concurrency: 10 });
  await waitFor(async () => expect(await worker.count({ closedReason: "sent" })).toBe(60));
  expect(inFlight[0]).toBe(6);
  expect(Math.max(...inFlight)).toBeGreaterThan(10);
  expect(Math.max(...inFlight)).toBeLessThanOrEqual(15);
});

it.runIf(full)("ends a call in time, whatever it waits for", async () => {
  const id = await queueReset(worker.db);
  worker.deliver(() => new Promise<never>(() => {}), { doubtSeconds: { resend: 900, hold: 900 } });
  const message = await worker.becomes(id, { state: "unknown" });
  expect(message.attempts).toMatchObject([{ result: "unknown", errorCode: "TIMEOUT" }]);
});

describe("the staging guard", () => {
  const allowTo = { addresses: [], domains: ["example.org"] };

  it("redirects what is not allowed, and names the recipient that it was for", async () => {
    await queueReset(worker.db, "Customer@example.com");
    await queueReset(worker.db, "team@example.org");
    worker.deliver(accepted, { allowTo, redirectTo: "inbox@example.org" });
    await waitFor(() => expect(worker.calls).toHaveLength(2));
    expect(worker.calls.find(({ subject }) => subject.startsWith("[to"))).toMatchObject({
      to: "inbox@example.org",
      subject: expect.stringMatching(/^\[to Customer@example\.com\] /),
      headers: { "X-Original-To": "Customer@example.com" },
    });
    expect(worker.calls.find(({ subject }) => !subject.startsWith("[to"))).toMatchObject({
      to: "team@example.org",
    });
  });

  it("redirects everything if nothing is allowed", async () => {
    await queueReset(worker.db, "team@example.org");
    worker.deliver(accepted, { redirectTo: "inbox@example.org" });
    await waitFor(() => expect(worker.calls[0]).toMatchObject({ to: "inbox@example.org" }));
  });

  it("logs each email that it closes unsent, and why", async () => {
    const id = await queueReset(worker.db, "customer@example.com");
    worker.deliver(accepted, { allowTo });
    await worker.becomes(id, { closedReason: "failed" });
    await waitFor(() => expect(worker.logged).toMatch(new RegExp(`closed unsent.*${id}.*failed`)));
    expect(worker.calls).toHaveLength(0);
  });
});

describe("tells the app about emails that were closed unsent", () => {
  const email = (to: string) => ({ template: "password-reset", to });

  it("by a claim or by SES's refusal, each once, and never about one that may have been sent", async () => {
    const told: object[] = [];
    const ids = [
      await queueReset(worker.db, "expired@example.com"),
      await queueReset(worker.db, "refused@example.com"),
      await queueReset(worker.db, "sent@example.com"),
      await queueReset(worker.db, "refused-again@example.com"),
      await queueReset(worker.db, "expired-again@example.com"),
    ];
    await worker.db.$executeRaw`
      UPDATE messages SET expires_at = now() WHERE to_address LIKE 'expired%'`;
    await worker.db.$executeRaw`UPDATE messages SET resent = true WHERE to_address LIKE '%again%'`;
    worker.deliver(({ to }) => (to.startsWith("refused") ? refused("permanent")() : accepted()), {
      onUnsent: (emails) => Promise.resolve(void told.push(...emails)),
    });
    for (const id of ids) await worker.becomes(id, { state: "closed" });
    await waitFor(() => expect(told).toHaveLength(2));
    expect(told).toEqual(
      expect.arrayContaining([email("expired@example.com"), email("refused@example.com")]),
    );
  });

  it("and goes on if the app fails", async () => {
    await queueReset(worker.db, "refused@example.com");
    worker.deliver(({ to }) => (to.startsWith("refused") ? refused("permanent")() : accepted()), {
      onUnsent: () => Promise.reject(new Error("the app's fault")),
    });
    await waitFor(() => expect(worker.logged).toMatch(/onUnsent has failed/));
    await worker.becomes(await queueReset(worker.db), { closedReason: "sent" });
  });
});

it("hands the transport what the caller has added, files as their bytes", async () => {
  const { id } = await createEnqueue({ keys, templates })(worker.db, {
    template: "welcome",
    to: "name@example.com",
    props: { name: "Name", url: "https://app.example.com/account" },
    replyTo: "Support <support@example.com>",
    headers: { "X-Order": "17" },
    tags: { campaign: "spring" },
    attachments: [{ filename: "a.txt", contentType: "text/plain", content: "Grüße" }],
  });
  worker.deliver(accepted);
  await worker.becomes(id, { closedReason: "sent", payload: null });
  expect(worker.calls[0]).toMatchObject({
    replyTo: { name: "Support", address: "support@example.com" },
    headers: { "X-Order": "17" },
    tags: { campaign: "spring" },
    attachments: [{ filename: "a.txt", contentType: "text/plain", content: Buffer.from("Grüße") }],
  });
});

it("gives email that people can turn off its links and the headers of RFC 8058, and no other", async () => {
  const appUrl = "https://app.example.com";
  const links = createPreferenceLinks({ keys: keysOf("k".repeat(32)), appUrl });
  const [news, reset] = [await queueOptional(worker.db, "news"), await queueReset(worker.db)];
  worker.deliver(accepted, { optional: { categories, links } });
  await worker.becomes(news, { closedReason: "sent" });
  await worker.becomes(reset, { closedReason: "sent" });

  const { headers, text } = worker.calls.find(({ id }) => id === news) ?? {};
  expect(headers).toEqual({
    "List-Unsubscribe": expect.stringMatching(/^<https:\/\/app\.example\.com\/unsubscribe\?token=/),
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  });
  const link = headers?.["List-Unsubscribe"]?.slice(1, -1) ?? "";
  expect(text).toContain(link);
  expect(links.openUnsubscribe(new URL(link).searchParams.get("token") ?? "")).toEqual({
    address: "name@example.com",
    category: "news",
  });
  const other = worker.calls.find(({ id }) => id === reset);
  expect(JSON.stringify(other)).not.toMatch(/unsubscribe/i);
});

it("queues a message again that SES's events judge unsent, logs it, and logs if that was false", async () => {
  const id = await queueReset(worker.db);
  await claimAs(worker.db, { eventSources: { security: SOURCE } });
  await loseLeases(worker.db);
  await worker.db.$executeRaw`UPDATE messages SET resent = true`;
  await worker.db.$executeRaw`UPDATE attempts SET started_at = now() - interval '2 hours'`;
  await otherCalls(worker.db, { count: 105 });
  await worker.db.evidenceStop.create({ data: { eventSource: "eu-west-1/old", messageId: id } });
  worker.deliver(accepted, { evidence: { horizon: 900 } });
  await worker.becomes(id, { closedReason: "sent", judgedUnsent: 1 });
  expect(worker.calls.map((call) => call.id)).toEqual([id]);
  expect(worker.logged).toContain("email had not been sent, as SES's events show; queued again");
  expect(worker.logged).toMatch(/judged as not sent, but SES had sent it.*eu-west-1\/old/);
});
