import type { ClosedReason } from "@repo/db";
import {
  type ActionCount,
  type MessageChange,
  changeMessages,
  countMessages,
} from "@repo/email/operator";
import { command } from "./command.ts";
import { count } from "./count.ts";
import { withDatabase } from "./database.ts";
import {
  DECISION,
  FILTER,
  FILTER_HELP,
  TEXT,
  invalid,
  readDecision,
  readFilter,
} from "./options.ts";

/** The differences between `pnpm email:retry` and `pnpm email:cancel`. */
interface Kind {
  change: MessageChange;
  help: string;
  /** The allowed values of --closed. Empty: the command has no such option. */
  closed: ClosedReason[];
  /** The words after the number of emails: `would be sent again`. */
  would: string;
  done: string;
  doubt: string;
}

const COMMON = `${FILTER_HELP}
  --reason TEXT        why you do it. It is kept.
  --by NAME            who does it. Default: this machine's user.
  --confirm MOMENT     do it; MOMENT is that of the count, as the command prints it. Only
                       what was counted is changed, and nothing that has changed since.

Times are UTC. The database is the one of DATABASE_URL, or else of pnpm dev.`;

const RETRY: Kind = {
  change: "retry",
  help: `pnpm email:retry ID --reason TEXT          sends one email again that failed or is closed in doubt
pnpm email:retry [options] --reason TEXT   counts the emails; with --confirm MOMENT, sends them again

  --closed REASON      failed, unknown
${COMMON}`,
  closed: ["failed", "unknown"],
  would: "would be sent again",
  done: "queued again",
  doubt: "may have been sent already, and may arrive twice",
};

const CANCEL: Kind = {
  change: "cancel",
  help: `pnpm email:cancel ID --reason TEXT          closes one email that still waits
pnpm email:cancel [options] --reason TEXT   counts the emails; with --confirm MOMENT, closes them

${COMMON}`,
  closed: [],
  would: "would be cancelled",
  done: "cancelled",
  doubt: "may have been sent already; only their second copy is cancelled",
};

/** `pnpm email:retry`. @returns the exit code: 1 if nothing was done */
export const retry = operate(RETRY);

/** `pnpm email:cancel`. @returns the exit code: 1 if nothing was done */
export const cancel = operate(CANCEL);

function operate(kind: Kind) {
  const options = { ...FILTER, ...DECISION, confirm: TEXT };
  return command({ help: kind.help, options, positionals: true }, async (values, [id, another]) => {
    if (another !== undefined) throw invalid(`Only one ID at a time: leave out "${another}".`);
    if (values.closed !== undefined && kind.closed.length === 0) {
      throw invalid("Waiting emails are not closed: leave out --closed.");
    }
    const selection = readFilter(values, kind.closed);
    const isFiltered = Object.values(selection).some((given) => given !== undefined);
    if ((id !== undefined) === isFiltered) {
      throw invalid("Which emails? Give an ID, or options such as --to, --template and --since.");
    }
    const decision = readDecision(values);

    return await withDatabase(async (db) => {
      if (id !== undefined) {
        show(kind, kind.done, await changeMessages(db, kind.change, { id }, decision));
        return 0;
      }
      if (values.confirm !== undefined) {
        const done = await changeMessages(db, kind.change, selection, {
          ...decision,
          asOf: values.confirm,
        });
        show(kind, kind.done, done);
        if (done.messages > 0) return 0;
        console.log("All that was counted has changed since. Look at it with pnpm email:log.");
        return 1;
      }
      const found = await countMessages(db, kind.change, selection);
      if (found.messages === 0) {
        console.log("No such email.");
        return 1;
      }
      show(kind, kind.would, found);
      console.log(`Nothing is done yet. To do it, repeat the command with --confirm ${found.asOf}`);
      return 1;
    });
  });
}

function show({ doubt }: Kind, what: string, { messages, inDoubt }: ActionCount): void {
  console.log(`${count(messages, "email")} ${what}.`);
  if (inDoubt > 0) console.log(`${inDoubt === messages ? "All" : inDoubt} of them ${doubt}.`);
}
