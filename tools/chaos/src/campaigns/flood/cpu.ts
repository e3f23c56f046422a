import { setTimeout as sleep } from "node:timers/promises";
import type { Found, Stage } from "./attack.ts";
import { crowd, statuses } from "./crowd.ts";
import { type LogIn, logIn, openBrowser, makeAccounts, trustedBrowser } from "./people.ts";
import type { Answer } from "@repo/measure/site";

// In ms, between two requests of /readyz.
const PACE = 200;
// Requests of /readyz before the attack.
const LOOKS = 10;

/** Log-ins whose clients leave before the answer, each with another address and client. */
export async function cpu({ target, size, say, stranger, person }: Stage): Promise<Found> {
  const { site } = target;
  const [newcomer, trusted] = ["newcomer@cpu.example.com", "trusted@cpu.example.com"];
  await makeAccounts(target, newcomer, trusted);
  const browser = await trustedBrowser(site, person(0), trusted);
  const count = size(1_000);

  const look = async (answers: Answer[]) => {
    answers.push(await site.ask({ ip: person(1), path: "/readyz" }));
    await sleep(PACE);
  };
  const early: Answer[] = [];
  for (let i = 0; i < LOOKS; i++) await look(early);
  const gone = new AbortController();
  const ready: Answer[] = [];
  const watch = (async () => {
    while (!gone.signal.aborted) await look(ready);
  })();
  const logIns: Promise<LogIn>[] = [];
  await crowd(count, 250, async (i) => {
    // In the middle of the attack, two honest people log in.
    if (i === Math.floor(count / 2)) {
      logIns.push(logIn(openBrowser(site, person(2)), newcomer), logIn(browser, trusted));
    }
    const fields = { email: `stranger${i}@cpu.example.com`, password: "a guess of a stranger" };
    await site.leave({ ip: stranger(i), path: "/login", fields });
  });
  say(`${count} clients have gone`);
  const [inANewBrowser, inATrustedOne] = await Promise.all(logIns);
  gone.abort();
  await watch;
  return {
    before: { logInWaitedSeconds: 82, readyz: 503 },
    after: {
      abandoned: count,
      inANewBrowser,
      inATrustedOne,
      readyzBeforehand: { ...statuses(early), slowestMs: slowest(early) },
      readyz: { ...statuses(ready), slowestMs: slowest(ready) },
    },
    bars: {
      "a person gets in, at once or when told to try again":
        inANewBrowser?.isIn === true && inATrustedOne?.isIn === true,
      // If the machine is too busy even before the attack, this says nothing about the attack.
      "/readyz is 200 throughout": ready.every(isReady) || !early.every(isReady),
    },
  };
}

const isReady = ({ status }: Answer) => status === 200;
const slowest = (answers: Answer[]) => Math.round(Math.max(...answers.map(({ ms }) => ms)));
