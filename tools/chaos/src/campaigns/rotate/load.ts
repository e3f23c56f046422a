import type { Setup } from "../../campaign.ts";
import { until } from "../../until.ts";
import {
  type Browser,
  NEW_PASSWORD,
  PASSWORD,
  linkOf,
  logIn,
  makeAccounts,
  openBrowser,
} from "../flood/people.ts";
import type { Target } from "../flood/target.ts";

/** Somebody who was logged in before the rotation. */
interface Person {
  email: string;
  browser: Browser;
}

export async function logInAll(target: Target, count: number): Promise<Person[]> {
  const emails = Array.from({ length: count }, (_, i) => `person${i}@rotate.example.com`);
  await makeAccounts(target, ...emails);
  const people: Person[] = [];
  for (const [i, email] of emails.entries()) {
    const browser = openBrowser(target.site, `172.16.0.${i}`);
    const { isIn } = await logIn(browser, email);
    if (!isIn) throw new Error("a person cannot log in, before the rotation");
    people.push({ email, browser });
  }
  return people;
}

/** People look at their accounts, sign up and reset their passwords, until `stop`. */
export function startLoad(setup: Setup, target: Target, people: Person[]) {
  const counts = {
    pages: 0,
    sessionsLost: 0,
    signUps: 0,
    signUpsLost: 0,
    resets: 0,
    resetsLost: 0,
    unreadable: 0,
  };
  const over = new AbortController();
  const again = async (once: (i: number) => Promise<void>) => {
    for (let i = 0; !over.signal.aborted; i++) await once(i);
  };
  const loops = [
    again(async (i) => {
      const { status } = (await people[i % people.length]?.browser.get("/account")) ?? {};
      counts.pages++;
      if (status !== 200) counts.sessionsLost++;
    }),
    again(async (i) => {
      const email = `new${i}@example.com`;
      const browser = openBrowser(target.site, `10.1.${i >> 8}.${i & 255}`);
      await browser.post("/signup", { name: "Sam", email, password: PASSWORD });
      const token = (await linkOf(target, email, "verify-email")) ?? "";
      await browser.post("/verify-email", { token });
      counts.signUps++;
      if ((await browser.get("/account")).status !== 200) counts.signUpsLost++;
    }),
    again(async (i) => {
      const email = `forgot${i}@example.com`;
      await makeAccounts(target, email);
      const browser = openBrowser(target.site, `10.2.${i >> 8}.${i & 255}`);
      await browser.post("/forgot-password", { email });
      const token = (await linkOf(target, email, "password-reset")) ?? "";
      await browser.post("/reset-password", { token, password: NEW_PASSWORD });
      counts.resets++;
      if (!(await logIn(browser, email, NEW_PASSWORD)).isIn) counts.resetsLost++;
    }),
    again(async () => {
      const { unread } = await target.stack.outbox.look<"unread">(
        "SELECT count(*) AS unread FROM messages WHERE last_error LIKE 'UNSEAL_FAILED%'",
      );
      counts.unreadable = Math.max(counts.unreadable, unread);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }),
  ];
  // Awaited by `stop`. Until then a rejection must not end the process.
  for (const loop of loops) loop.catch(() => undefined);
  setup.atEnd(() => over.abort());
  return {
    counts,
    /** Waits until each has happened so many times more. */
    async goesOn(times: number): Promise<void> {
      const { pages, signUps, resets } = counts;
      await until("the load to go on", () =>
        Promise.resolve(
          counts.pages >= pages + times * people.length &&
            counts.signUps >= signUps + times &&
            counts.resets >= resets + times,
        ),
      );
    },
    async stop(): Promise<void> {
      over.abort();
      await Promise.all(loops);
    },
  };
}
