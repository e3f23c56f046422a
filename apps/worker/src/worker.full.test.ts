import { once } from "node:events";
import { createTestDb } from "@repo/db/testing";
import { createEnqueue } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { canBeTurnedOff } from "@repo/email/preferences";
import { type TemplateName, categories, templates } from "@repo/templates/registry";
import { views } from "@repo/templates/render";
import { startSesLocal } from "@repo/ses-local/client";
import { freePort } from "@repo/testing/free-port";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { createWorkers, key } from "./test-workers.ts";

const enqueue = createEnqueue({ keys: keysOf(key), templates });
const workers = createWorkers();

const [test, ses] = await Promise.all([createTestDb(), startSesLocal()]);
afterEach(() => workers.kill());
afterAll(() => Promise.all([ses.stop(), test.drop()]));

const startWorker = (env: NodeJS.ProcessEnv = {}, args: string[] = []) =>
  workers.start(test.url, ses.url, env, args);

async function queue(to: string): Promise<string> {
  const props = { url: "https://app.example.com/verify-email?token=secret", expiresInMinutes: 60 };
  return (await enqueue(test.db, { template: "verify-email", to, props })).id;
}

const find = (id: string) => test.db.message.findUniqueOrThrow({ where: { id } });
const waitUntil = <T>(check: () => T | Promise<T>) =>
  vi.waitFor(check, { timeout: 60_000, interval: 50 });

it("delivers what is queued, and ends with 0 on SIGTERM", async () => {
  const id = await queue("delivered@example.com");
  const { worker, output } = startWorker();
  const [email] = await ses.inbox({ to: "delivered@example.com", wait: 60 });
  expect(email?.links.join(" ")).toContain("token=secret");
  await waitUntil(async () =>
    expect(await find(id)).toMatchObject({ closedReason: "sent", payload: null }),
  );
  worker.kill("SIGTERM");
  expect(await once(worker, "exit")).toEqual([0, null]);
  expect(output()).toContain("worker stopped");
  expect(output()).not.toMatch(/secret|delivered@example/);
});

/** One of the product's emails that people can turn off, if there is one. */
const optional = (Object.keys(templates) as TemplateName[]).find((name) =>
  canBeTurnedOff(categories, templates[name].category),
);

it.runIf(optional)(
  "gives email that people can turn off one link, in its headers and its footer",
  async () => {
    const template = optional as "verify-email";
    const { usual: props } = views[template].cases;
    await enqueue(test.db, { template, to: "news@example.com", props });
    await queue("security@example.com");
    startWorker();
    const [news] = await ses.inbox({ to: "news@example.com", wait: 60 });
    const [, link = ""] = /^<(.*)>$/.exec(news?.headers["list-unsubscribe"] ?? "") ?? [];
    expect(link).toMatch(/^http:\/\/localhost:3000\/unsubscribe\?token=[\w.-]+$/);
    expect(news?.headers["list-unsubscribe-post"]).toBe("List-Unsubscribe=One-Click");
    expect(news?.html).toContain(link);
    expect(news?.text).toContain(link);
    const [security] = await ses.inbox({ to: "security@example.com", wait: 60 });
    expect(security?.headers).not.toHaveProperty("list-unsubscribe");
    expect(security?.html).not.toContain("/unsubscribe");
  },
);

it("with --once it handles all that is due, and ends", async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, i) => queue(`once${i}@example.com`)),
  );
  const later = await enqueue(test.db, {
    template: "verify-email",
    to: "later@example.com",
    props: { url: "https://app.example.com", expiresInMinutes: 60 },
    sendAt: new Date(Date.now() + 3_600_000),
  });
  const request = await test.db.resetRequest.create({
    data: { emailHash: Buffer.from("x"), email: Buffer.from("not ours") },
  });
  const { worker, output } = startWorker({ EMAIL_RATE: "10" }, ["--once"]);
  expect(await once(worker, "exit")).toEqual([0, null]);
  expect(output()).toContain("worker stopped");
  for (const id of ids) expect(await find(id)).toMatchObject({ closedReason: "sent" });
  expect(await find(later.id)).toMatchObject({ state: "queued" });
  const { id } = request;
  expect(await test.db.resetRequest.findUniqueOrThrow({ where: { id } })).toMatchObject({
    result: "unreadable",
  });
});

it("says over HTTP whether it looks at the queue", async () => {
  const port = await freePort();
  startWorker({ HEALTH_PORT: String(port) });
  await waitUntil(async () => {
    const answer = await fetch(`http://localhost:${port}/healthz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: "ok", secondsSinceLastLook: expect.any(Number) });
  });
  expect((await fetch(`http://localhost:${port}/`)).status).toBe(404);
});

it("delivers by SMTP into the same inbox", async () => {
  await queue("smtp@example.com");
  startWorker({ EMAIL_TRANSPORT: "smtp", SMTP_HOST: "127.0.0.1", SMTP_PORT: String(ses.smtpPort) });
  expect(
    await ses.inbox({ to: "smtp@example.com", template: "verify-email", wait: 60 }),
  ).toHaveLength(1);
});

it("killed between call and settlement: the email is in doubt within the lease, then resent once", async () => {
  const to = "killed@example.com";
  // Each new attempt waits for a lock, which stops the worker in its settlement.
  await test.db.$executeRaw`
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END'`;
  await test.db.$executeRaw`
    CREATE TRIGGER wait BEFORE INSERT ON attempts FOR EACH ROW EXECUTE FUNCTION wait()`;
  const id = await queue(to);
  await test.db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(1)`;
      const { worker } = startWorker();
      await waitUntil(async () => expect(await ses.inbox({ to })).toHaveLength(1));
      expect(await find(id)).toMatchObject({ state: "sending" });
      worker.kill("SIGKILL");
      await once(worker, "exit");
      // Otherwise PostgreSQL would finish the dead client's statement when the lock is released.
      await tx.$executeRaw`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    },
    { timeout: 120_000 },
  );
  await test.db.$executeRaw`DROP TRIGGER wait ON attempts`;
  const [lease] = await test.db.$queryRaw<{ seconds: number }[]>`
    SELECT extract(epoch FROM lease_expires_at - now())::float8 AS seconds FROM messages WHERE id = ${id}::uuid`;
  expect(lease?.seconds).toBeLessThanOrEqual(60);
  await test.db.$executeRaw`UPDATE messages SET lease_expires_at = now() WHERE id = ${id}::uuid`;

  startWorker();
  await waitUntil(async () => expect(await find(id)).toMatchObject({ state: "unknown" }));
  await test.db.$executeRaw`UPDATE messages SET due_at = now() WHERE id = ${id}::uuid`;
  await waitUntil(async () =>
    expect(await find(id)).toMatchObject({ state: "closed", closedReason: "sent" }),
  );
  expect(await ses.inbox({ to })).toHaveLength(2);
});

it("deletes emails that were closed more than 90 days ago, and no others", async () => {
  const [old, recent] = [await queue("old@example.com"), await queue("recent@example.com")];
  await test.db.$executeRaw`
    UPDATE messages SET state = 'closed', closed_reason = 'cancelled', payload = NULL,
      closed_at = now() - interval '91 days' WHERE id = ${old}::uuid`;
  // An id contains the time when it was made, and old emails are found by it.
  const aged = `00000000-0000-7${old.slice(15)}`;
  await test.db.$executeRaw`UPDATE messages SET id = ${aged}::uuid WHERE id = ${old}::uuid`;
  startWorker();
  await waitUntil(async () => expect(await test.db.message.count({ where: { id: aged } })).toBe(0));
  await waitUntil(async () => expect(await find(recent)).toMatchObject({ state: "closed" }));
});

it("names every wrong setting at the start, and no value", async () => {
  const { worker, output } = startWorker({
    DATABASE_URL: "secret-url",
    EMAIL_KEY: "",
    EMAIL_FROM: "not an address",
    APP_ENV: "prod",
  });
  expect(await once(worker, "exit")).toEqual([1, null]);
  expect(output()).toMatch(/APP_ENV[^]*DATABASE_URL[^]*EMAIL_KEY[^]*EMAIL_FROM/);
  expect(output()).not.toMatch(/secret-url|\n\s+at /);
});

it("warns in production when email goes to another endpoint than SES", async () => {
  const { output } = startWorker({ APP_ENV: "production" });
  await waitUntil(() => expect(output()).toMatch(/"level":40.*AWS_ENDPOINT_URL_SESV2 is set/));
});

it.each([
  [{ AWS_ENDPOINT_URL_SESV2: "https://email.example.com" }],
  [{ AWS_ENDPOINT_URL_SESV2: "", APP_ENV: "staging" }],
  [{ EMAIL_TRANSPORT: "smtp", SMTP_HOST: "smtp.example.com" }],
])("does not start if email would leave this machine: %j", async (env) => {
  const { worker, output } = startWorker(env);
  expect(await once(worker, "exit")).toEqual([1, null]);
  expect(output()).toMatch(/EMAIL_ALLOW_TO or EMAIL_REDIRECT_TO, or set APP_ENV=production/);
  expect(output()).not.toMatch(/\n\s+at /);
});

it("sends from the category's own address, to the recipients that are allowed", async () => {
  const id = await queue("kept@example.com");
  await queue("qa@example.org");
  startWorker({
    APP_ENV: "staging",
    EMAIL_FROM_SECURITY: "Example, security <security@example.com>",
    EMAIL_ALLOW_TO: "example.org",
  });
  const [email] = await ses.inbox({ to: "qa@example.org", wait: 60 });
  expect(email?.from).toMatch(/Example, security"? <security@example\.com>/);
  await waitUntil(async () => expect(await find(id)).toMatchObject({ state: "closed" }));
  expect(await ses.inbox({ to: "kept@example.com" })).toEqual([]);
});
