// Helpers of the tests: the app with its own database, its queued emails and its log.
import { createResetRequests } from "@repo/accounts/worker";
import { useTestDb } from "@repo/db/testing";
import { type Enqueue, type NewMessage, createEnqueue } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { createIngest } from "@repo/email/events";
import { createPreferenceLinks } from "@repo/email/preferences";
import { type Locale, locales } from "@repo/locales";
import { type EmailTemplates, templates } from "@repo/templates/registry";
import { type TestSns, createTestSns } from "@repo/testing/sns";
import { pino } from "pino";
import supertest, { type Test } from "supertest";
import { emailApi } from "./api/emails.ts";
import { createApp } from "./app.ts";
import type { Metrics } from "./http/metrics.ts";
import { emailState, requireTables } from "./http/readiness.ts";
import { sesWebhook } from "./webhooks/ses.ts";

export const PASSWORD = "correct horse battery staple";

/** Valid fields of a sign-up: only the required ones. */
export function signUpFields(fields: { name?: string; email?: string; password?: string } = {}) {
  return { name: "Sam", email: "sam@example.com", password: PASSWORD, ...fields };
}

/** The link in an email, or "". */
export function linkIn(message: NewMessage<EmailTemplates> | undefined): string {
  const props: object = message?.props ?? {};
  return "url" in props ? String(props.url) : "";
}

/** The token of a link. */
function tokenOf(link: string): string {
  return URL.canParse(link) ? (new URL(link).searchParams.get("token") ?? "") : "";
}

export type TestApp = Awaited<ReturnType<typeof startTestApp>>;

const authSecret = keysOf("the tests' own secret, 32 characters or more");
const optOutKey = keysOf("the tests' own key of opt-outs with 32 characters");

/** The tests name English texts, whichever language is the product's first. */
export const ENGLISH = { "Accept-Language": "en" };

/** Hashes in a tenth of a millisecond, not in twenty. */
const passwordCost = { memoryCost: 8, timeCost: 1, parallelism: 1 };

/** The same texts in every language. */
function everywhere<T>(texts: T): Record<Locale, T> {
  return Object.fromEntries(locales.map((locale) => [locale, texts])) as Record<Locale, T>;
}

/** Categories of the tests, which do not depend on the product's. */
export const categories = {
  security: { texts: everywhere({ name: "Security", about: "What nobody can turn off." }) },
  news: { texts: everywhere({ name: "News", about: "Once a month." }), byDefault: "on" },
  tips: { texts: everywhere({ name: "Tips", about: "Once a week." }), byDefault: "off" },
} as const;

/** One for all apps of a process, because making its RSA key takes longer than making an app. */
let genuine: TestSns | undefined;

interface TestAppOptions {
  appUrl?: string;
  /** Set 1 to test the limits. */
  limitScale?: number;
  metrics?: Metrics;
  /** When its database is dropped: `onTestFinished` for a single test. Default: afterAll. */
  until?: Parameters<typeof useTestDb>[0];
}

export async function startTestApp({
  appUrl = "http://localhost:3000",
  limitScale = 1_000,
  metrics,
  until,
}: TestAppOptions = {}) {
  const { db, url: databaseUrl } = await useTestDb(until);
  const sent: NewMessage<EmailTemplates>[] = [];
  const realEnqueue = createEnqueue({
    keys: keysOf("the tests' own key, 32 characters or more"),
    templates,
  });
  // Stored props are encrypted, so tests read the links here.
  const enqueue: Enqueue<EmailTemplates> = (tx, message) => {
    sent.push(message);
    return realEnqueue(tx, message);
  };
  const sns = (genuine ??= createTestSns("arn:aws:sns:us-east-1:123456789012:ses-events"));
  const snsRequests: string[] = [];
  const snsFetch = async (url: URL) => {
    snsRequests.push(url.href);
    return sns.pem;
  };
  const { ingest } = createIngest({ db, topicArn: sns.topicArn, fetch: snsFetch, maxAge: 86_400 });
  const links = createPreferenceLinks({
    keys: keysOf("the tests' key of links, 32 characters"),
    appUrl,
  });
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => lines.push(line) });
  const app = createApp({
    db,
    log,
    // At each request, so that no check runs in the background of a test.
    async emailState() {
      await requireTables(db);
      return emailState(db);
    },
    metrics,
    appUrl,
    trustProxy: 0,
    webhooks: [sesWebhook(ingest)],
    api: emailApi(db, { EMAIL_KEY: keysOf("the tests' own key, 32 characters or more") }),
    preferences: { categories, links },
    enqueue,
    accounts: { secret: authSecret, optOutKey, limitScale, passwordCost },
  });
  const get = (path: string): Test => supertest(app).get(path).set(ENGLISH);
  /** Posts a form as a browser on our page does. */
  const postForm = (path: string, fields: Record<string, string> = {}): Test =>
    supertest(app)
      .post(path)
      .set(ENGLISH)
      .set("Origin", appUrl)
      .type("form")
      .send(new URLSearchParams(fields).toString());
  const postJson = (path: string, body: object = {}): Test =>
    supertest(app).post(path).set(ENGLISH).send(body);

  const resetRequests = createResetRequests({ db, enqueue, secret: authSecret, appUrl });
  const people = {
    sent,
    /** The token in the newest email to somebody. */
    tokenFor(email: string): string {
      const token = tokenOf(linkIn(sent.findLast(({ to }) => to === email)));
      if (!token) throw new Error(`the newest email to ${email} has no token`);
      return token;
    },
    /** The messages to an address in the database, oldest first. */
    queued: (email: string) =>
      db.message.findMany({
        where: { toKey: email.toLowerCase() },
        orderBy: { id: "asc" },
        select: { template: true, to: true, state: true, outcome: true },
      }),
    /** The names of the emails to somebody, oldest first. */
    async templates(email: string): Promise<string[]> {
      return (await this.queued(email)).map(({ template }) => template);
    },
    /** @returns the cookie of this browser's sign-up */
    async signUp(email: string, password = PASSWORD): Promise<string> {
      const response = await postJson("/signup", signUpFields({ email, password })).expect(202);
      return cookieOf(response, "sign-up");
    },
    /** @returns the session's cookie */
    async signUpAndVerify(email: string, password = PASSWORD): Promise<string> {
      const cookie = await this.signUp(email, password);
      const response = await postJson("/verify-email", { token: this.tokenFor(email) })
        .set("Cookie", cookie)
        .expect(200);
      return cookieOf(response, "session");
    },
    /** Handles the requests for a new password, as the worker does. */
    handleResetRequests: () => resetRequests.handle(),
    /** @returns the token of a link to a new password */
    async forgot(email: string): Promise<string> {
      await postJson("/forgot-password", { email }).expect(202);
      await resetRequests.handle();
      return this.tokenFor(email);
    },
  };

  return {
    app,
    db,
    databaseUrl,
    links,
    sns,
    snsRequests,
    get,
    postForm,
    postJson,
    log: () => lines.join(""),
    ...people,
  };
}

/** `name=value` of a cookie that a response sets, or "". The name has no prefix. */
export function cookieOf(response: { headers: Record<string, unknown> }, name: string): string {
  const set = (response.headers["set-cookie"] as string[] | undefined) ?? [];
  const cookie = set.find((line) => line.replace(/^__Host-/, "").startsWith(`${name}=`));
  return cookie?.split(";")[0] ?? "";
}
