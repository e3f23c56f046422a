import type { Db } from "@repo/db";
import {
  lowerRate,
  pauseSending,
  readRates,
  readVerdict,
  resumeSending,
} from "@repo/email/operations";
import { command } from "./command.ts";
import { count } from "./count.ts";
import { withDatabase } from "./database.ts";
import { DECISION, FLAG, TEXT, invalid, parseDuration, readDecision } from "./options.ts";
import { moment } from "./show.ts";

const HELP = `pnpm email:sending                                  how sending goes, and the next step
pnpm email:sending pause --reason TEXT              pause all but security mail
pnpm email:sending pause --all --reason TEXT        pause everything
pnpm email:sending pause --replace --reason TEXT    if everything is paused: let security mail go
pnpm email:sending resume --reason TEXT             end a pause
pnpm email:sending slow RATE --for 2h --reason TEXT at most RATE emails a second, for that time
pnpm email:sending slow off --reason TEXT           at full speed again

  --reason TEXT   why you do it. It is kept.
  --by NAME       who does it. Default: this machine's user.

Every email is kept while it waits. A worker still sends what it has claimed already. Times are UTC.
The database is the one of DATABASE_URL, or else of pnpm dev.`;

const USAGE = 'What shall be done? pause, resume, slow RATE --for 2h, each with --reason "…"';

const ABOUT = {
  help: HELP,
  options: { ...DECISION, all: FLAG, replace: FLAG, for: TEXT },
  positionals: true,
};

/** `pnpm email:sending`. @returns the exit code: 1 if sending is stopped */
export const sending = command(ABOUT, async (values, [verb, rate, ...rest]) => {
  if (verb === undefined) return await withDatabase(show);
  if (rest.length > 0 || (rate === undefined) === (verb === "slow")) throw invalid(USAGE);
  if (values.for !== undefined && verb !== "slow")
    throw invalid("--for is for slow. A pause lasts until: pnpm email:sending resume");
  const decision = () => readDecision(values);
  if (verb === "pause") {
    const scope = values.all ? "all" : "non-essential";
    await withDatabase(async (db) => {
      const { paused } = (await readVerdict(db)).status;
      if (paused?.scope === "all" && scope !== "all" && !values.replace) {
        const { since, by, because } = paused;
        throw invalid(
          `Everything is paused since ${moment(since)}, by ${by}: ${because}. To let security mail go all the same, add --replace.`,
        );
      }
      await pauseSending(db, scope, decision(), paused?.since ?? null);
    });
    console.log(values.all ? "Nothing is sent any more." : "Only security mail is sent any more.");
  } else if (verb === "resume") {
    await withDatabase((db) => resumeSending(db, decision()));
    console.log("The pause has ended.");
  } else if (verb === "slow") {
    const lowered = rate === "off" ? null : { rate: Number(rate), seconds: secondsOf(values.for) };
    const until = await withDatabase((db) => lowerRate(db, lowered, decision()));
    const then = until && `until ${moment(until)}`;
    console.log(
      then ? `At most ${count(Number(rate), "email")} a second ${then}.` : "At full speed again.",
    );
  } else throw invalid(USAGE);
  return 0;
});

function secondsOf(duration: string | undefined): number {
  if (duration === undefined) throw invalid("For how long? --for 30m, 12h or 7d");
  return parseDuration("--for", duration) / 1000;
}

async function show(db: Db): Promise<number> {
  const verdict = await readVerdict(db);
  const { sending: how, cause, why, since, next, error, waiting, open } = verdict;
  const at = since ? `, since ${moment(since)}` : "";
  console.log(how === "sending" ? "Email is sent." : `Sending is ${how}: ${why}${at}.`);
  const says = cause === "unrendered" ? "The error" : "The server says";
  if (error) console.log(`  ${says}: ${error}`);
  if (next) console.log(`  Next: ${next}`);
  console.log(`${count(open.queued, "email waits", "emails wait")}.`);
  for (const { category, messages, seconds } of waiting) {
    console.log(
      `  ${category}: ${count(messages, "is", "are")} due or tried again, the oldest for ${seconds} s`,
    );
  }
  for (const period of ["24h", "7d"] as const) {
    const { accepted, bounced, complained } = (await readRates(db, period)).all;
    console.log(`${period}: ${accepted} sent, ${bounced} bounced, ${complained} complained about.`);
  }
  return how === "stopped" ? 1 : 0;
}
