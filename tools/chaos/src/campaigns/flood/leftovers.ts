import { until } from "../../until.ts";
import type { Found, Stage } from "./attack.ts";
import { crowd } from "./crowd.ts";
import { PASSWORD, linkOf, logIn, makeAccounts, openBrowser } from "./people.ts";
import { quiet } from "./target.ts";

// More than the sessions that an account may have.
const LOG_INS = 30;
const MOST = 20;
// Rows that a flood leaves in the table of limits.
const LIMITS = 50_000;

/** Sessions pile up, and ended rows are deleted. */
export async function leftovers({ target, say, stranger }: Stage): Promise<Found> {
  const { site } = target;
  const { outbox } = target.stack;
  const owner = "owner@leftovers.example.com";
  await makeAccounts(target, owner);
  const start = performance.now();
  const logIns = await crowd(LOG_INS, 4, (i) => logIn(openBrowser(site, stranger(i)), owner));
  say(`${LOG_INS} log-ins in ${Math.round((performance.now() - start) / 1000)} s`);
  const { sessions } = await outbox.look<"sessions">(
    `SELECT count(*) AS sessions FROM sessions JOIN users ON users.id = user_id
     WHERE email_key = $1`,
    [owner],
  );

  // One row of each kind.
  const browser = openBrowser(site, stranger(LOG_INS));
  await browser.post("/forgot-password", { email: owner });
  await linkOf(target, owner, "password-reset");
  const newcomer = { name: "Sam", email: "newcomer@leftovers.example.com", password: PASSWORD };
  await browser.post("/signup", newcomer);
  await quiet(target);
  await outbox.rows(
    `INSERT INTO limits (name, key, full_at)
     SELECT 'signUpMail', int4send(i), now() FROM generate_series(1, $1::int) i`,
    [LIMITS],
  );
  // End all rows. Links and requests are kept for another week.
  await outbox.rows(
    `UPDATE sessions SET expires_at = now();
     UPDATE sign_ups SET expires_at = now();
     UPDATE links SET expires_at = now() - interval '8 days';
     UPDATE reset_requests SET created_at = now() - interval '8 days';
     UPDATE limits SET full_at = now()`,
  );
  const left = async () =>
    outbox.look<"sessions" | "signUps" | "links" | "requests" | "limits">(
      `SELECT (SELECT count(*) FROM sessions) AS sessions,
         (SELECT count(*) FROM sign_ups) AS "signUps", (SELECT count(*) FROM links) AS links,
         (SELECT count(*) FROM reset_requests) AS requests, (SELECT count(*) FROM limits) AS limits`,
    );
  const ended = await left();
  // A worker deletes old rows when it starts, and then once an hour.
  await target.restartWorker();
  const isGone = async () => Object.values(await left()).every((count) => count === 0);
  await until("the housekeeping", isGone, 60).catch(() => undefined);
  const after = await left();
  return {
    before: { sessionsOfAnAccount: 119, deleted: "never" },
    after: { logIns: LOG_INS, sessionsOfAnAccount: sessions, ended, leftByHousekeeping: after },
    bars: {
      "every log-in is in": logIns.every(({ isIn }) => isIn),
      "twenty sessions an account": sessions <= MOST,
      "no row that has ended is left": await isGone(),
    },
  };
}
