import { setTimeout as sleep } from "node:timers/promises";
import { quantile } from "@repo/measure/statistics";
import type { Found, Stage } from "./attack.ts";
import { openLoop, statuses } from "./crowd.ts";
import {
  type Browser,
  type LogIn,
  logIn,
  makeAccounts,
  openBrowser,
  trustedBrowser,
} from "./people.ts";
import type { Ask } from "@repo/measure/site";

const CLIENTS = 50;
const PER_SECOND = 200;
const PEOPLE = 10;
// In ms: the minimum between two visits.
const PACE = { page: 100, logIn: 1_000 };
const ALLOWED = ["202", "401", "429", "503"];

/** Posts to all forms faster than the app can answer. Measures the effect on everybody else. */
export async function posts(stage: Stage): Promise<Found> {
  const { target, size, say } = stage;
  const count = size(10_000);
  const visitors = await invite(stage);
  const quietTime = new AbortController();
  const early = visitors(quietTime.signal);
  await sleep((count / PER_SECOND) * 1000);
  quietTime.abort();
  const before = await early;
  say(`before: ${JSON.stringify(before.times)}`);

  const floodTime = new AbortController();
  const meanwhile = visitors(floodTime.signal);
  const { begun, late, unsent } = await openLoop(count, PER_SECOND, (i) =>
    target.site.ask(post(i, stage.stranger(i % CLIENTS))),
  );
  floodTime.abort();
  const [during, results] = [await meanwhile, await Promise.all(begun)];
  const counts = statuses(results);
  return {
    after: {
      posts: count,
      clients: CLIENTS,
      perSecond: PER_SECOND,
      late,
      unsent,
      answers: counts,
      answerMs: spread(results),
      others: { before: before.times, during: during.times },
    },
    bars: {
      "accepted, wrong, too often, or told when to try again": Object.keys(counts).every((status) =>
        ALLOWED.includes(status),
      ),
      "pages are served throughout": during.pages.every(({ status }) => status === 200),
      "everybody else gets in, at once or when told to try again": [
        ...during.newBrowsers,
        ...during.trustedBrowsers,
      ].every(({ isIn }) => isIn),
    },
  };
}

function post(i: number, ip: string): Ask {
  const email = `stranger${i}@posts.example.com`;
  const password = "the password of a stranger";
  const all: Ask[] = [
    { ip, path: "/login", fields: { email, password } },
    { ip, path: "/forgot-password", fields: { email } },
    { ip, path: "/signup", fields: { name: "Sam", email, password } },
  ];
  // The number of clients is not a multiple of three, so each client posts to every form.
  return all[i % all.length] ?? { ip, path: "/" };
}

/** Visitors visit again only after the last visit, so that they are not a flood themselves. */
async function invite({ target, person }: Stage) {
  const { site } = target;
  const emails = Array.from({ length: PEOPLE }, (_, i) => `person${i}@posts.example.com`);
  await makeAccounts(target, ...emails);
  const trusted: Browser[] = [];
  for (const [i, email] of emails.entries())
    trusted.push(await trustedBrowser(site, person(i), email));
  let visits = 0;

  return async (signal: AbortSignal) => {
    const [pages, newBrowsers, trustedBrowsers] = await Promise.all([
      again(PACE.page, signal, () => site.ask({ ip: person(PEOPLE), path: "/" })),
      again(PACE.logIn, signal, (i) => {
        const ip = person(PEOPLE + 1 + (visits++ % 200));
        return logIn(openBrowser(site, ip), emails[i % PEOPLE] ?? "");
      }),
      again(PACE.logIn, signal, (i) => {
        const browser = trusted[i % PEOPLE] ?? openBrowser(site, person(0));
        return logIn(browser, emails[i % PEOPLE] ?? "");
      }),
    ]);
    const times = {
      pageMs: spread(pages),
      newBrowserMs: spread(newBrowsers),
      trustedBrowserMs: spread(trustedBrowsers),
      newBrowsersToldToWait: refusalsOf(newBrowsers),
      trustedBrowsersToldToWait: refusalsOf(trustedBrowsers),
    };
    return { pages, newBrowsers, trustedBrowsers, times };
  };
}

/** Repeats a function until the signal aborts, at a pace of `ms` or slower. @returns the results */
async function again<T>(
  ms: number,
  signal: AbortSignal,
  act: (i: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; !signal.aborted; i++) {
    const due = performance.now() + ms;
    results.push(await act(i));
    await sleep(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => undefined);
  }
  return results;
}

const refusalsOf = (logIns: LogIn[]) => logIns.reduce((sum, { refusals }) => sum + refusals, 0);

function spread(all: { ms: number }[]) {
  const ms = all.map((one) => one.ms);
  return {
    count: ms.length,
    p50: Math.round(quantile(ms, 0.5)),
    p99: Math.round(quantile(ms, 0.99)),
  };
}
