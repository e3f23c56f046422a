import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../until.ts";
import type { Found, Stage } from "./attack.ts";
import { crowd, during, statuses } from "./crowd.ts";
import { PASSWORD, linkOf, makeAccounts, openBrowser } from "./people.ts";
import { quiet } from "./target.ts";

const BEFORE = { honestSignUpWaitedSeconds: 20, requests: 220, ofTheDaysQuotaOf200: 200 };
// The quota of a sandbox account. Its rate is higher, because one a second would take long.
const SANDBOX = { max24HourSend: 200, maxSendRate: 14 };
// A day's share is half of the quota, a quarter of it at once.
const AT_ONCE = SANDBOX.max24HourSend / 8;
// The last 5 % of the quota are for `password-reset`.
const ALL_BUT_THE_RESERVE = SANDBOX.max24HourSend * 0.95;

/** Strangers' sign-ups use up the time and the quota of honest people. */
export async function starvation(stage: Stage): Promise<Found> {
  const [waited, quota] = [await waitOfAnHonestSignUp(stage), await quotaOfADay(stage)];
  return {
    before: BEFORE,
    after: { ...waited, ...quota },
    bars: {
      "an honest sign-up waits less than before":
        waited.honestSignUpWaitedSeconds < BEFORE.honestSignUpWaitedSeconds,
      "sign-ups have an eighth of the day's quota at once":
        quota.ofTheDaysQuotaOf200 > 0 && quota.ofTheDaysQuotaOf200 <= AT_ONCE,
      "a sign-up's email waits where only the reserve is left": quota.signUpsOfTheReserve === 0,
      "a link to a new password goes out by the reserve": quota.resetByTheReserve,
    },
  };
}

/** One client floods, then somebody else signs up. */
async function waitOfAnHonestSignUp({ target, size, say, stranger, person }: Stage) {
  const answers = await during(size(21), 20, (i) =>
    target.site.ask({ ip: stranger(1), path: "/signup", fields: newcomer(i) }),
  );
  say(`one client: ${JSON.stringify(statuses(answers))}`);
  const email = "honest@starvation.example.com";
  const start = performance.now();
  await openBrowser(target.site, person(0)).post("/signup", {
    name: "Sam",
    email,
    password: PASSWORD,
  });
  await linkOf(target, email, "verify-email");
  return { honestSignUpWaitedSeconds: Number(((performance.now() - start) / 1000).toFixed(1)) };
}

async function quotaOfADay({ open, say, stranger, person }: Stage) {
  const target = await open(SANDBOX);
  const { site, stack } = target;
  const { ses, outbox } = stack;
  const requests = BEFORE.requests;
  const answers = await crowd(requests, 20, (i) =>
    site.ask({ ip: stranger(i), path: "/signup", fields: newcomer(i) }),
  );
  await quiet(target);
  const used = (await ses.inbox({})).length;
  say(`${requests} sign-ups: ${JSON.stringify(statuses(answers))}`);

  // Another day: SES has sent everything except the reserve.
  await outbox.rows("DELETE FROM limits");
  await ses.behave({
    account: { ...SANDBOX, sentLast24Hours: ALL_BUT_THE_RESERVE },
    enforceQuota: true,
  });
  await target.restartWorker();
  await until("the worker to learn SES's count", async () => {
    const { sent } = await outbox.look<"sent">("SELECT sent_24_hours AS sent FROM sending_status");
    return sent >= ALL_BUT_THE_RESERVE;
  });
  const owner = "owner@example.com";
  await makeAccounts(target, owner);
  await crowd(5, 5, (i) =>
    site.ask({ ip: stranger(1_000 + i), path: "/signup", fields: newcomer(1_000 + i) }),
  );
  await openBrowser(site, person(1)).post("/forgot-password", { email: owner });
  const token = await linkOf(target, owner, "password-reset", 30);
  // The worker polls four times a second.
  await sleep(2_000);
  const { waiting } = await outbox.look<"waiting">(
    "SELECT count(*) AS waiting FROM messages WHERE template = 'verify-email' AND state = 'queued'",
  );
  return {
    requests,
    ofTheDaysQuotaOf200: used,
    signUpsOfTheReserve: (await ses.inbox({})).length - used - (token === undefined ? 0 : 1),
    signUpsThatWait: waiting,
    resetByTheReserve: token !== undefined,
  };
}

const newcomer = (i: number) => ({
  name: "Sam",
  email: `stranger${i}@starvation.example.com`,
  password: PASSWORD,
});
