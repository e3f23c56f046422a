import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { createAccounts } from "@repo/accounts";
import { createTestDb } from "@repo/db/testing";
import { type NewMessage, createEnqueue } from "@repo/email/enqueue";
import { createPseudonyms } from "@repo/email/erasure";
import { applyEvents } from "@repo/email/events";
import { keysOf } from "@repo/email/keys";
import { startSesLocal } from "@repo/ses-local/client";
import { type EmailTemplates, templates } from "@repo/templates/registry";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { createWorkers, key } from "./test-workers.ts";

const PASSWORD = "correct horse battery staple";
const LIST = "/v2/email/suppression/addresses";
// The keys of the workers in test-workers.ts.
const secret = keysOf("a secret of the tests with 32 characters");
const optOutKey = keysOf("a key of opt-outs of the tests of 32 characters");
const pseudonyms = createPseudonyms(optOutKey);

const workers = createWorkers();
const [test, ses] = await Promise.all([createTestDb(), startSesLocal()]);

// Stands before ses-local, so that SES's list can fail alone.
let fails: ((res: ServerResponse) => void) | undefined;
const calls: string[] = [];
const front = createServer((req, res) => void forward(req, res));
async function forward(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = await buffer(req);
  const isOfList = req.url?.startsWith(LIST);
  if (isOfList) calls.push(`${req.method} ${decodeURIComponent(req.url ?? "")}`);
  if (isOfList && fails) {
    fails(res);
    return;
  }
  const answer = await fetch(`${ses.url}${req.url}`, {
    method: req.method ?? "GET",
    headers: { authorization: req.headers.authorization ?? "", "content-type": "application/json" },
    ...(body.length > 0 && { body }),
  });
  const { status, headers } = answer;
  const name = headers.get("x-amzn-errortype");
  res.writeHead(status, name ? { "x-amzn-errortype": name } : {}).end(await answer.text());
}
front.listen(0, "127.0.0.1");
await once(front, "listening");
const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;

beforeEach(() => {
  fails = undefined;
  calls.length = 0;
});
afterEach(() => workers.kill());
afterAll(() => {
  front.closeAllConnections();
  front.close();
  return Promise.all([ses.stop(), test.drop()]);
});

const sent: NewMessage<EmailTemplates>[] = [];
const queue = createEnqueue({ keys: keysOf(key), templates });
const accounts = createAccounts({
  db: test.db,
  enqueue: (tx, message) => (sent.push(message), queue(tx, message)),
  secret,
  optOutKey,
  appUrl: "http://localhost:3000",
  passwordCost: { memoryCost: 8, timeCost: 1, parallelism: 1 },
});
const caller = () => ({ ip: "203.0.113.1", signal: new AbortController().signal });
const tokenFor = (email: string) => {
  const props: object = sent.findLast(({ to }) => to === email)?.props ?? {};
  return new URL("url" in props ? String(props.url) : "").searchParams.get("token") ?? "";
};

/** Signs up, and deletes the account again. */
async function signUpAndDelete(email: string): Promise<void> {
  const browser: Parameters<typeof accounts.logIn>[0] = caller();
  browser.signUp = await accounts.signUp(browser, { name: "Sam", email, password: PASSWORD });
  browser.session = (await accounts.verifyEmail(browser, { token: tokenFor(email) })).session;
  await accounts.settings.requestDeletion(browser);
  const token = tokenFor(email);
  await accounts.settings.deleteAccount(browser, { token, currentPassword: PASSWORD });
}

const authorization = "AWS4-HMAC-SHA256 Credential=local/20300101/us-east-1/ses/aws4_request";
const isListed = async (email: string) =>
  (await fetch(`${ses.url}${LIST}/${email}`, { headers: { authorization } })).status === 200;
async function list(EmailAddress: string): Promise<void> {
  const body = JSON.stringify({ EmailAddress, Reason: "COMPLAINT" });
  const headers = { authorization, "content-type": "application/json" };
  await fetch(`${ses.url}${LIST}`, { method: "PUT", headers, body });
  expect(await isListed(EmailAddress)).toBe(true);
}
const complain = (recipient: string) =>
  applyEvents(
    test.db,
    [
      {
        sesMessageId: "ses-1",
        type: "Complaint",
        recipient,
        dedupeKey: "1",
        occurredAt: new Date(),
        detail: {},
        effect: "complaint",
      },
    ],
    { pseudonyms },
  );
const waitUntil = <T>(check: () => T | Promise<T>) =>
  vi.waitFor(check, { timeout: 60_000, interval: 50 });
const isErased = async () => expect(await test.db.erasure.count()).toBe(0);

it("takes a deleted account off SES's list, as email had it, and its complaint still stops email", async () => {
  const [typed, email] = ["Sam@example.com", "sam@example.com"];
  await signUpAndDelete(typed);
  await complain(email);
  await list(email);
  const { output } = workers.start(test.url, url);
  await waitUntil(isErased);
  expect(await isListed(email)).toBe(false);
  expect(calls.toSorted()).toEqual([`DELETE ${LIST}/${typed}`, `DELETE ${LIST}/${email}`]);

  const props = { url: "https://app.example.com", expiresInMinutes: 60 };
  const { id } = await queue(test.db, { template: "verify-email", to: typed, props });
  await waitUntil(async () =>
    expect(await test.db.message.findUnique({ where: { id } })).toMatchObject({
      closedReason: "suppressed",
    }),
  );
  expect(await ses.inbox({ to: email })).toEqual([]);
  expect(output().toLowerCase()).not.toContain(email);
});

it("erases here while SES's list fails, survives a kill, says what the worker lacks, and tries again", async () => {
  const email = "kim@example.com";
  const comeDue = () => test.db.$executeRaw`UPDATE erasures SET ses_due_at = now()`;
  await signUpAndDelete(email);
  await list(email);
  // SES is silent, and the worker is killed.
  let held = 0;
  fails = () => void held++;
  const first = workers.start(test.url, url);
  await waitUntil(() => expect(held).toBe(1));
  expect(await test.db.message.count({ where: { toKey: email } })).toBe(0);
  await workers.kill();
  await comeDue();

  fails = (res) =>
    void res
      .writeHead(403, { "x-amzn-errortype": "AccessDeniedException" })
      .end(JSON.stringify({ message: `not authorized: ${email}` }));
  const second = workers.start(test.url, url);
  await waitUntil(() =>
    expect(second.output()).toMatch(/"level":40.*ACCOUNT_LIST_DENIED.*ses:DeleteSuppressedDest/),
  );
  fails = (res) => void res.writeHead(500).end("{}");
  await comeDue();
  await waitUntil(() => expect(second.output()).toMatch(/"level":40.*ACCOUNT_LIST_UNAVAILABLE/));
  expect(await isListed(email)).toBe(true);
  const [row] = await test.db.erasure.findMany();
  expect(Buffer.from(row!.addresses).toString()).not.toContain("example");

  fails = undefined;
  await comeDue();
  await waitUntil(isErased);
  expect(await isListed(email)).toBe(false);
  expect(first.output() + second.output()).not.toContain(email);
});

it("does nothing at SES when email goes by SMTP", async () => {
  const email = "ann@example.com";
  await signUpAndDelete(email);
  const smtp = { EMAIL_TRANSPORT: "smtp", SMTP_HOST: "127.0.0.1", SMTP_PORT: String(ses.smtpPort) };
  workers.start(test.url, url, smtp);
  await waitUntil(isErased);
  expect(await test.db.message.count({ where: { toKey: email } })).toBe(0);
  expect(calls).toEqual([]);
});
