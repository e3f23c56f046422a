import { until } from "../../until.ts";
import type { Found, Stage } from "./attack.ts";
import { crowd, statuses } from "./crowd.ts";
import { NEW_PASSWORD, PASSWORD, linkOf, logIn, makeAccounts, openBrowser } from "./people.ts";
import type { Answer } from "@repo/measure/site";
import { type Target, quiet } from "./target.ts";

const CLIENTS = 5_000;
const AT_ONCE = 100;
// Of a day: in the first the bucket is full, and eight hours fill it again for each later one.
const PARTS = 4;
const HOURS = 8;
// Sign-ups one by one after each part, at most.
const LATE = 50;
// Emails a second. Sign-ups come faster on any machine, so that their emails wait.
const SLOW = 0.25;

/**
 * Sign-ups with ever new addresses from ever new networks, through a day whose clock is moved on.
 * In the midst of it somebody asks for a new password.
 */
export async function signUps({ open, size, say, stranger, person }: Stage): Promise<Found> {
  const addresses = size(50_000);
  // Such that the flood meets its end within the minutes that this takes.
  const quota = Math.max(200, addresses / 25);
  const share = quota / 2;
  const target = await open({ max24HourSend: quota, maxSendRate: SLOW });
  const { ses, outbox } = target.stack;
  const reset = resetInTheMidst(target, person(0), share / PARTS / 5);
  // Looked at in the end; until then it must not go unheard.
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
    // What was refused for want of time has given its part of the share back.
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

  // What waits may go now; SES goes on counting from where it was.
  const sentLast24Hours = Object.keys(await ses.tally()).length;
  await ses.behave({ account: { max24HourSend: quota, sentLast24Hours }, enforceQuota: true });
  await target.restartWorker();
  await quiet(target);
  const { emails } = await outbox.look<"emails">(
    "SELECT count(*) AS emails FROM messages WHERE template = 'verify-email'",
  );
  const order = await orderOf(target);
  const counts = statuses(answers);
  // Of the real time that has gone by beside the moved one, and one for the rounding.
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

/** The owner of an account asks for a link once so many emails of sign-ups wait, and follows it. */
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

/** In which order the worker took the link to a new password and the emails of sign-ups. */
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

/** One of many clients, each in a /48 of its own. */
const network = (i: number) => `2001:db8:${i.toString(16)}::1`;

/** Refused for all, and not only for the moment that the passwords before it take. */
function isClosed(answer: Answer): boolean {
  return answer.status === 503 && answer.body.includes("So many people are signing up");
}
