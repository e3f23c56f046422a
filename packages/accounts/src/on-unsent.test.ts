import { createDeliverer } from "@repo/email/deliver";
import { render } from "@repo/templates/render";
import { expect, it, vi } from "vitest";
import { EMAIL_KEY, PASSWORD, SECRET, browser, startTestAccounts } from "./test-accounts.ts";
import { createOnUnsent } from "./worker.ts";

const test = await startTestAccounts({ limitScale: 1 });

const REFUSED = {
  result: "permanent",
  code: "MessageRejected",
  error: "no",
  next: "none",
} as const;

/** Delivers all queued emails by a transport that SES refuses for good. */
async function refuseAll(): Promise<void> {
  const stop = new AbortController();
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const running = createDeliverer({
    db: test.db,
    keys: EMAIL_KEY,
    log,
    render,
    onUnsent: createOnUnsent({ db: test.db, secret: SECRET }),
    transport: {
      concurrency: 5,
      send: () => Promise.resolve(REFUSED),
      quota: () => Promise.resolve(undefined),
      close: () => undefined,
    },
  }).run(stop.signal);
  const open = () => test.db.message.count({ where: { state: { not: "closed" } } });
  await vi.waitFor(async () => expect(await open()).toBe(0), 10_000);
  stop.abort();
  // It returns after onUnsent.
  await running;
}

it("gives back the points of a sign-up's emails that were not sent", async () => {
  const email = "refused@example.com";
  const fill = async () => {
    for (let i = 0; i < 5; i++)
      await test.accounts.signUp(browser(), { name: "Sam", email, password: PASSWORD });
  };
  await fill();
  expect(await test.emails(email)).toHaveLength(3);
  await refuseAll();
  await fill();
  expect(await test.emails(email)).toHaveLength(6);
});

it("gives back the points of links to a new password that were not sent", async () => {
  const email = "owner@example.com";
  await test.signUpAndVerify(browser("198.51.100.1"), email);
  const resets = async () => {
    for (let i = 0; i < 5; i++) await test.accounts.requestPasswordReset(browser(), email);
    await test.requests.handle();
    return (await test.emails(email)).filter((template) => template === "password-reset").length;
  };
  expect(await resets()).toBe(3);
  await refuseAll();
  expect(await resets()).toBe(6);
});
