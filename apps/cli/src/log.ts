import type { ClosedReason, Db, MessageState, Outcome } from "@repo/db";
import {
  type LoggedMessage,
  type MessageFilter,
  findMessage,
  isUuid,
  listMessages,
  sendingStatus,
} from "@repo/email/log";
import { command } from "./command.ts";
import { withDatabase } from "./database.ts";
import { FILTER, FILTER_HELP, TEXT, invalid, oneOf, parseLimit, readFilter } from "./options.ts";
import { showList, showMessage, showPaused, showStopped } from "./show.ts";

const HELP = `pnpm email:log [options]   the newest emails
pnpm email:log ID          what happened to one email

${FILTER_HELP}
  --state STATE        queued, sending, unknown, closed
  --closed REASON      sent, failed, suppressed, unsubscribed, expired, cancelled, unknown
  --outcome OUTCOME    none, sent, delayed, delivered, rejected, bounced, complained
  --before ID          older than this email: continues a list
  --limit NUMBER       number of emails. Default: 20. Maximum: 1,000.

Times are UTC. The database is the one of DATABASE_URL, or else of pnpm dev.`;

const STATES = ["queued", "sending", "unknown", "closed"] satisfies MessageState[];
const REASONS = [
  "sent",
  "failed",
  "suppressed",
  "unsubscribed",
  "expired",
  "cancelled",
  "unknown",
] satisfies ClosedReason[];
const OUTCOMES = [
  "none",
  "sent",
  "delayed",
  "delivered",
  "rejected",
  "bounced",
  "complained",
] satisfies Outcome[];

const ABOUT = {
  help: HELP,
  options: { ...FILTER, state: TEXT, outcome: TEXT, before: TEXT, limit: TEXT },
  positionals: true,
};

/**
 * `pnpm email:log`.
 *
 * @returns the exit code: 1 if no email has this id
 */
export const log = command(ABOUT, async (values, [id, another]) => {
  if (another !== undefined) throw invalid(`Only one ID at a time: leave out "${another}".`);
  const filter: MessageFilter = {
    ...readFilter(values, REASONS),
    state: oneOf("--state", STATES, values.state),
    outcome: oneOf("--outcome", OUTCOMES, values.outcome),
  };
  const limit = parseLimit(values.limit ?? "20");
  if (values.before !== undefined) checkId(values.before);
  if (id !== undefined) checkId(id);

  return await withDatabase(async (db) => {
    const { stopped, paused } = await sendingStatus(db);
    if (stopped) console.log(`${showStopped(stopped)}\n`);
    if (paused) console.log(`${showPaused(paused)}\n`);
    if (id !== undefined) {
      const message = await findMessage(db, id);
      if (!message) {
        console.error(`There is no email ${id}. It may have been deleted because of its age.`);
        return 1;
      }
      console.log(showMessage(message));
      return 0;
    }
    const { messages, next } = await collect(db, filter, limit, values.before);
    console.log(showList(messages, process.stdout.columns));
    if (next) console.log(`\nOlder ones: the same command with --before ${next}`);
    return 0;
  });
});

/**
 * Reads pages until there are enough messages. A page may have few: it searches only a part of the
 * log.
 */
async function collect(db: Db, filter: MessageFilter, limit: number, start: string | undefined) {
  const messages: LoggedMessage[] = [];
  let next: string | null | undefined = start;
  do {
    const page = await listMessages(db, filter, {
      before: next,
      limit: limit - messages.length,
    });
    messages.push(...page.messages);
    next = page.next;
  } while (next !== null && messages.length < limit);
  return { messages, next };
}

function checkId(text: string): void {
  if (isUuid(text)) return;
  throw invalid(
    `"${text}" is not the id of an email. To look for an address: --to ${text.includes("@") ? text : "name@example.com"}`,
  );
}
