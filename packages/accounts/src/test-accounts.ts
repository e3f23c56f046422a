// Helpers of the tests: accounts with their own database and their queued emails.
import { gotNoConnection } from "@repo/db";
import { useTestDb } from "@repo/db/testing";
import { type Enqueue, type NewMessage, createEnqueue } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { type EmailTemplates, templates } from "@repo/templates/registry";
import { createAccounts } from "./accounts.ts";
import type { Caller } from "./context.ts";
import { createResetRequests } from "./worker.ts";

export const PASSWORD = "correct horse battery staple";
export const EMAIL_KEY = keysOf("the tests' own key, 32 characters or more");
export const SECRET = keysOf("the tests' own secret, 32 characters or more");
export const OPT_OUT_KEY = keysOf("the tests' own key of opt-outs with 32 characters");

/** Hashes in a tenth of a millisecond, not in eleven. hasher.test.ts tests the real cost. */
const CHEAP = { memoryCost: 8, timeCost: 1, parallelism: 1 };

/** A browser with its cookies and its IP address. */
export function browser(ip = "203.0.113.1"): Caller {
  return { ip, signal: new AbortController().signal };
}

/** "done", or the code of the error. */
export const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "done",
    (error) => (gotNoConnection(error) ? "BUSY" : (error.code ?? error)),
  );

/** @param until when its database is dropped: `onTestFinished` for a single test. Default: afterAll */
export async function startTestAccounts({
  limitScale = 1_000,
  until,
}: { limitScale?: number; until?: Parameters<typeof useTestDb>[0] } = {}) {
  const { db } = await useTestDb(until);
  let people = 0;
  const sent: NewMessage<EmailTemplates>[] = [];
  const realEnqueue = createEnqueue({ keys: EMAIL_KEY, templates });
  // Stored props are encrypted, so tests read the links here.
  const enqueue: Enqueue<EmailTemplates> = (tx, message) => {
    sent.push(message);
    return realEnqueue(tx, message);
  };
  const config = {
    db,
    enqueue,
    secret: SECRET,
    optOutKey: OPT_OUT_KEY,
    appUrl: "http://localhost:3000",
    passwordCost: CHEAP,
  };
  const accounts = createAccounts({ ...config, limitScale });
  const requests = createResetRequests(config);

  /** The token of the newest link to an address. */
  function tokenFor(email: string): string {
    const props: object = sent.findLast(({ to }) => to === email)?.props ?? {};
    const token = "url" in props ? new URL(String(props.url)).searchParams.get("token") : null;
    if (!token) throw new Error(`the newest email to ${email} has no token`);
    return token;
  }

  return {
    db,
    accounts,
    config,
    requests,
    tokenFor,
    /** The names of the emails that were queued for an address, oldest first. */
    async emails(email: string): Promise<string[]> {
      const rows = await db.message.findMany({ where: { toKey: email }, orderBy: { id: "asc" } });
      return rows.map(({ template }) => template);
    },
    /** The names and languages of the emails to an address, oldest first. */
    languages: (email: string) =>
      sent.filter(({ to }) => to === email).map(({ template, locale }) => `${template} ${locale}`),
    /** Signs up in this browser, which keeps the cookie. @returns the token of the link */
    async signUp(
      caller: Caller,
      email: string,
      password = PASSWORD,
      name = "Sam",
    ): Promise<string> {
      caller.signUp = await accounts.signUp(caller, { name, email, password });
      return tokenFor(email);
    },
    async signUpAndVerify(caller: Caller, email: string, password = PASSWORD) {
      const token = await this.signUp(caller, email, password);
      const logIn = await accounts.verifyEmail(caller, { token });
      caller.trusted = logIn.trusted;
      return logIn;
    },
    /** A new account, and a browser that is logged in to it. */
    async person(device?: string): Promise<{ email: string; caller: Caller }> {
      const email = `owner${++people}@example.com`;
      const caller: Caller = { ...browser(), device };
      caller.session = (await this.signUpAndVerify(caller, email)).session;
      return { email, caller };
    },
    /** @returns another browser, which is logged in */
    async logIn(email: string, password = PASSWORD): Promise<Caller> {
      const caller = browser();
      const { session, trusted } = await accounts.logIn(caller, { email, password });
      return Object.assign(caller, { session, trusted });
    },
    isIn: async ({ session = "" }: Caller): Promise<boolean> =>
      (await accounts.current(session)) !== undefined,
    /** Lets the typed password of all sessions grow old. */
    letPasswordsAge: () => db.$executeRaw`
      UPDATE sessions SET password_checked_at = now() - interval '16 minutes'`,
    /** @returns the token of a link to a new password */
    async forgot(email: string, caller = browser()): Promise<string> {
      await accounts.requestPasswordReset(caller, email);
      await requests.handle();
      return tokenFor(email);
    },
  };
}
