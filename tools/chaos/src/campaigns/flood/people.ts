import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, type Site, retryAfter } from "@repo/measure/site";
import type { Target } from "./target.ts";

/** The password of every account. */
export const PASSWORD = "correct horse battery staple";
/** The password after a reset. */
export const NEW_PASSWORD = "quite another password";

// PASSWORD as packages/accounts hashes it.
const HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$wvdZrtyCHrsiynywtkTa6w$mHDEN4AOZgplIjibR8kBitLhSfUzRpNBFMO1pRdVB6w";

/** Makes accounts directly in the database. */
export async function makeAccounts({ stack }: Target, ...emails: string[]): Promise<void> {
  await stack.outbox.rows(
    `INSERT INTO users (id, name, email, email_key, password_hash)
     SELECT gen_random_uuid(), 'Sam', email, email, $2 FROM unnest($1::text[]) email`,
    [emails, HASH],
  );
}

/** A browser with its own IP address and cookies, used by a person. */
export interface Browser {
  get(path: string): Promise<Answer>;
  /** Posts again when told to try again soon. */
  post(
    path: string,
    fields?: Record<string, string>,
    as?: { json: boolean },
  ): Promise<Answer & { refusals: number }>;
}

const TRIES = 10;
// In seconds. A person does not wait longer.
const A_MOMENT = 120;

export function openBrowser(site: Site, ip: string): Browser {
  const cookies = new Map<string, string>();
  async function ask(path: string, fields?: Record<string, string>, json = false) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await site.ask({ ip, path, ...(fields && { fields }), json, cookie });
    for (const [header, value] of answer.headers) {
      if (header !== "set-cookie") continue;
      const [, name = "", text = ""] = /^([^=]+)=([^;]*)/.exec(value) ?? [];
      // An empty value deletes the cookie.
      if (text === "") cookies.delete(name);
      else cookies.set(name, text);
    }
    return answer;
  }
  return {
    get: (path) => ask(path),
    async post(path, fields = {}, as) {
      const start = performance.now();
      for (let refusals = 0; ; refusals++) {
        const answer = await ask(path, fields, as?.json);
        const wait = answer.status === 503 ? (retryAfter(answer) ?? Infinity) : Infinity;
        if (wait > A_MOMENT || refusals === TRIES)
          return { ...answer, ms: performance.now() - start, refusals };
        await sleep(wait * 1000);
      }
    },
  };
}

/** The result of a person's log-in. */
export interface LogIn {
  isIn: boolean;
  /** From the first try to the log-in, including waits. */
  ms: number;
  /** How often the person was told to try again. */
  refusals: number;
}

export async function logIn(browser: Browser, email: string, password = PASSWORD): Promise<LogIn> {
  const { status, ms, refusals } = await browser.post("/login", { email, password });
  return { isIn: status === 303, ms: Math.round(ms), refusals };
}

/** A browser that has logged in to an account before. */
export async function trustedBrowser(site: Site, ip: string, email: string): Promise<Browser> {
  const browser = openBrowser(site, ip);
  const { isIn } = await logIn(browser, email);
  if (!isIn) throw new Error("an owner cannot log in, before anybody attacks");
  return browser;
}

/**
 * The token in the newest email of a kind in somebody's mailbox.
 *
 * @param seconds to wait for the first
 */
export async function linkOf(
  { stack: { ses } }: Target,
  to: string,
  template: string,
  seconds = 60,
): Promise<string | undefined> {
  const [newest] = await ses.inbox({ to, template, wait: seconds });
  const link = newest?.links.find((url) => url.includes("?token="));
  return link === undefined ? undefined : (new URL(link).searchParams.get("token") ?? undefined);
}
