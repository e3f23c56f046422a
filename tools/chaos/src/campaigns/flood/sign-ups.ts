import { until } from "../../until.ts";
import type { Found, Stage } from "./attack.ts";
import { crowd, statuses } from "./crowd.ts";
import { NEW_PASSWORD, PASSWORD, linkOf, logIn, makeAccounts, openBrowser } from "./people.ts";
import type { Answer } from "@repo/measure/site";
import { type Target, quiet } from "./target.ts";

const CLIENTS = 5_000;
const AT_ONCE = 100;
// Parts of a day. The bucket is full in the first. Eight hours fill it for each later part.
const PARTS = 4;
const HOURS = 8;
// The maximum of single sign-ups after each part.
const LATE = 50;
// Emails a second. Sign-ups are faster on any machine, so their emails wait.
const SLOW = 0.25;

/**
 * Sign-ups with new addresses from new networks, through a day whose clock is moved forward. In the
 * middle of it somebody asks for a new password.
 */
export async function signUps({ open, size, say, stranger, person }: Stage): Promise<Found> {
  const addresses = size(50_000);
  // Small enough that the flood reaches its limit within minutes.
  const quota = Math.max(200, addresses / 25);
  const share = quota / 2;
  const target = await open({ max24HourSend: quota, maxSendRate: SLOW });
  const { ses, outbox } = target.stack;
  const reset = resetInTheMidst(target, person(0), share / PARTS / 5);
  // Awaited at the end. Until then a rejection must not end the process.
  reset.catch(() => undefined);

  const start = performance.now();
  const answers: Answer[] = [];
  const closed: boolean[] = [];
  for (let part = 0; part < PARTS; part++) {
    await outbox.rows(
      `UPDATE limits SET full_at = full_at - make_interval(hours => $1)
       WHERE name = 'signUpMailOfADay'`,
      [HOURS],
    );
    const each = Math.ceil(addresses / PARTS);
    const came = await crowd(each, AT_ONCE, (i) => {
      const n = part * each + i;
      return target.site.ask(signUp(network(n % CLIENTS), `stranger${n}@example.com`));
    });
    answers.push(...came);
    const late: Answer[] = [];
    // Refusals for lack of time have given their part of the share back, so use it up.
    while (!late.some(isClosed) && late.length < LATE) {
      const email = `late${late.length}of${part}@example.com`;
      late.push(await target.site.ask(signUp(stranger(part), email)));
    }
    answers.push(...late);
    closed.push(late.some(isClosed));
    say(`part ${part + 1} of ${PARTS}: ${JSON.stringify(statuses(came))}`);
  }
  const seconds = (performance.now() - start) / 1000;
  const { ownerIn, waitedSeconds } = await reset;

  // Let the waiting emails go. SES keeps its count.
  const sentLast24Hours = Object.keys(await ses.tally()).length;
  await ses.behave({ account: { max24HourSend: quota, sentLast24Hours }, enforceQuota: true });
  await target.restartWorker();
  await quiet(target);
  const { emails } = await outbox.look<"emails">(
    "SELECT count(*) AS emails FROM messages WHERE template = 'verify-email'",
  );
  const order = await orderOf(target);
  const counts = statuses(answers);
  // What the real time has refilled, rounded up.
  const refilled = Math.ceil(((share / PARTS) * seconds) / (HOURS * 3600));
  return {
    after: {
      addresses,
      postsASecond: Math.round(addresses / seconds),
      quota,
      share,
      emails,
      answers: counts,
      resetSentAfterSeconds: waitedSeconds,
      signUpEmailsThatItOvertook: order.overtaken,
      signUpEmailsThatWentBefore: order.slipped,
    },
    bars: {
      "sign-ups have no more than their share of the day": emails <= share + refilled,
      "each is accepted, or told when to try again": Object.keys(counts).every((status) =>
        ["202", "503"].includes(status),
      ),
      "each that is accepted has its email": emails === (counts[202] ?? 0),
      "then sign-up is closed, and says for how long": closed.every(Boolean),
      "a link to a new password goes out before the emails that wait":
        order.overtaken > 0 && order.slipped <= 1,
      "its owner is in": ownerIn,
    },
  };
}

/** When enough emails of sign-ups wait, the owner of an account asks for a link and follows it. */
async function resetInTheMidst(target: Target, ip: string, waiting: number) {
  const { site, stack } = target;
  const owner = "owner@example.com";
  await makeAccounts(target, owner);
  await until("emails of sign-ups to wait", async () => {
    const { queued } = await stack.outbox.look<"queued">(
      "SELECT count(*) AS queued FROM messages WHERE template = 'verify-email' AND state = 'queued'",
    );
    return queued >= waiting;
  });
  const browser = openBrowser(site, ip);
  const start = performance.now();
  await browser.post("/forgot-password", { email: owner });
  const token = (await linkOf(target, owner, "password-reset")) ?? "";
  const waitedSeconds = Number(((performance.now() - start) / 1000).toFixed(1));
  await browser.post("/reset-password", { token, password: NEW_PASSWORD });
  const { isIn } = await logIn(browser, owner, NEW_PASSWORD);
  return { ownerIn: isIn, waitedSeconds };
}

/** The order in which the worker sent the reset and the emails of sign-ups. */
async function orderOf({ stack }: Target) {
  return stack.outbox.look<"overtaken" | "slipped">(
    `WITH reset AS (
       SELECT m.created_at AS queued, a.started_at AS claimed
       FROM messages m JOIN attempts a ON a.message_id = m.id
       WHERE m.template = 'password-reset' ORDER BY a.number LIMIT 1
     )
     SELECT count(*) FILTER (WHERE m.created_at < queued AND a.started_at > claimed) AS overtaken,
       -- One claim may have been under way.
       count(*) FILTER (WHERE a.started_at > queued AND a.started_at < claimed) AS slipped
     FROM reset, messages m JOIN attempts a ON a.message_id = m.id
     WHERE m.template = 'verify-email'`,
  );
}

const signUp = (ip: string, email: string) => ({
  ip,
  path: "/signup",
  fields: { name: "Sam", email, password: PASSWORD },
});

/** The address of a client, each in its own /48. */
const network = (i: number) => `2001:db8:${i.toString(16)}::1`;

/** Whether sign-up is closed for all, and not only busy. */
function isClosed(answer: Answer): boolean {
  return answer.status === 503 && answer.body.includes("Too many people are signing up");
}
