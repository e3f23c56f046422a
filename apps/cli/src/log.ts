import { parseArgs } from "node:util";
import type { ClosedReason, Db, MessageState, Outcome } from "@repo/db";
import { AppError } from "@repo/errors";
import {
  type LoggedMessage,
  type MessageFilter,
  findMessage,
  listMessages,
  sendingStatus,
} from "@repo/email/log";
import { withDatabase } from "./database.ts";
import { oneOf, parseLimit, parseTime } from "./options.ts";
import { showList, showMessage, showStopped } from "./show.ts";

const HELP = `pnpm email:log [options]   the newest emails
pnpm email:log ID          what happened to one

  --to ADDRESS         to this person
  --template NAME      of this template
  --state STATE        queued, sending, unknown, closed
  --closed REASON      sent, failed, suppressed, expired, cancelled, unknown
  --outcome OUTCOME    none, sent, delayed, delivered, rejected, bounced, complained
  --since TIME         queued since then: 30m, 12h, 7d, 2030-01-31, 2030-01-31T12:00Z
  --before ID          older than this one: goes on where a list has ended
  --limit NUMBER       20 by default, 1,000 at most

Times are UTC. The database is that of DATABASE_URL, or that of pnpm dev.`;

const STATES = ["queued", "sending", "unknown", "closed"] satisfies MessageState[];
const REASONS = [
  "sent",
  "failed",
  "suppressed",
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

/**
 * `pnpm email:log`.
 *
 * @returns the exit code: 1 where there is no message of that id
 */
export async function log(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    allowPositionals: true,
    options: {
      to: { type: "string" },
      template: { type: "string" },
      state: { type: "string" },
      closed: { type: "string" },
      outcome: { type: "string" },
      since: { type: "string" },
      before: { type: "string" },
      limit: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const filter: MessageFilter = {
    to: values.to,
    template: values.template,
    state: oneOf("--state", STATES, values.state),
    closedReason: oneOf("--closed", REASONS, values.closed),
    outcome: oneOf("--outcome", OUTCOMES, values.outcome),
    since: values.since === undefined ? undefined : parseTime(values.since),
  };
  const limit = parseLimit(values.limit ?? "20");
  if (values.before !== undefined) checkId(values.before);
  const [id] = positionals;
  if (id !== undefined) checkId(id);

  return await withDatabase(async (db) => {
    const { stopped } = await sendingStatus(db);
    if (stopped) console.log(`${showStopped(stopped)}\n`);
    if (id !== undefined) {
      const message = await findMessage(db, id);
      if (!message) {
        console.error(`There is no email ${id}; it may have been deleted with its age.`);
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
}

/** As many as were asked for, from page to page: each looks at a bounded part of the log. */
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
  if (/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) return;
  throw new AppError(
    "INVALID_OPTION",
    `"${text}" is not the id of an email. To look for an address: --to ${text.includes("@") ? text : "name@example.com"}`,
  );
}
