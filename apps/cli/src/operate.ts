import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import type { ClosedReason, Db } from "@repo/db";
import { AppError } from "@repo/errors";
import {
  type ActionOptions,
  type Concerned,
  type Selection,
  cancelMessages,
  countCancels,
  countRetries,
  retryMessages,
} from "@repo/email/operator";
import { withDatabase } from "./database.ts";
import { oneOf, parseTime } from "./options.ts";

/** What `pnpm email:retry` and `pnpm email:cancel` differ by. */
interface Command {
  name: string;
  help: string;
  /** What --closed may be; none: the option does not exist. */
  closed: ClosedReason[];
  count(db: Db, selection: Selection): Promise<Concerned>;
  act(db: Db, selection: Selection, options: ActionOptions): Promise<Concerned>;
  /** `12 emails would be sent again` */
  would: string;
  done: string;
  doubt: string;
}

const COMMON = `  --to ADDRESS         to this person
  --template NAME      of this template
  --since TIME         queued since then: 30m, 12h, 7d, 2030-01-31, 2030-01-31T12:00Z
  --reason TEXT        why you do it; it is kept
  --by NAME            who does it; this machine's user by default
  --confirm COUNT      do it, to as many as were counted

Times are UTC. The database is that of DATABASE_URL, or that of pnpm dev.`;

const RETRY: Command = {
  name: "email:retry",
  help: `pnpm email:retry ID --reason TEXT          sends one email again that failed or is closed in doubt
pnpm email:retry [options] --reason TEXT   how many these are; with --confirm COUNT, sends them

  --closed REASON      failed, unknown
${COMMON}`,
  closed: ["failed", "unknown"],
  count: countRetries,
  act: retryMessages,
  would: "would be sent again",
  done: "queued once more",
  doubt: "may have been sent already, and may arrive twice",
};

const CANCEL: Command = {
  name: "email:cancel",
  help: `pnpm email:cancel ID --reason TEXT          closes one email that still waits
pnpm email:cancel [options] --reason TEXT   how many these are; with --confirm COUNT, closes them

${COMMON}`,
  closed: [],
  count: countCancels,
  act: cancelMessages,
  would: "would be cancelled",
  done: "cancelled",
  doubt: "may have been sent before, and lose their second copy only",
};

/** `pnpm email:retry`. @returns the exit code: 1 where nothing was done */
export const retry = (args: string[]): Promise<number> => operate(RETRY, args);

/** `pnpm email:cancel`. @returns the exit code: 1 where nothing was done */
export const cancel = (args: string[]): Promise<number> => operate(CANCEL, args);

async function operate(command: Command, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    allowPositionals: true,
    options: {
      to: { type: "string" },
      template: { type: "string" },
      closed: { type: "string" },
      since: { type: "string" },
      reason: { type: "string" },
      by: { type: "string" },
      confirm: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(command.help);
    return 0;
  }
  const [id, another] = positionals;
  if (another !== undefined) throw invalid(`One email at a time; not "${another}" as well.`);
  const { to, template } = values;
  if (values.closed !== undefined && command.closed.length === 0) {
    throw invalid("What still waits is not closed: leave out --closed.");
  }
  const closedReason = oneOf("--closed", command.closed, values.closed);
  const since = values.since === undefined ? undefined : parseTime(values.since);
  const isFiltered = [to, template, closedReason, since].some((given) => given !== undefined);
  if ((id !== undefined) === isFiltered) {
    throw invalid("Which emails? An ID; or --to, --template, --since and the like.");
  }
  const decision = { by: values.by ?? userInfo().username, because: values.reason ?? "" };
  if (!decision.because) throw invalid('Say why, for those who ask later: --reason "…"');

  return await withDatabase(async (db) => {
    if (id !== undefined) {
      show(command, command.done, await command.act(db, { id }, decision));
      return 0;
    }
    const selection = { to, template, closedReason, since };
    const found = await command.count(db, selection);
    if (found.messages === 0) {
      console.log("No such email.");
      return 1;
    }
    if (values.confirm === undefined) {
      show(command, command.would, found);
      console.log(`Nothing is done yet. To do it: the same with --confirm ${found.messages}`);
      return 1;
    }
    if (values.confirm !== String(found.messages)) {
      throw invalid(
        `These are ${found.messages} now, not ${values.confirm}; nothing was done. Look at them with pnpm email:log.`,
      );
    }
    const options = { ...decision, most: found.messages };
    show(command, command.done, await command.act(db, selection, options));
    return 0;
  });
}

function show({ doubt }: Command, what: string, { messages, inDoubt }: Concerned): void {
  console.log(`${messages === 1 ? "1 email" : `${messages} emails`} ${what}.`);
  if (inDoubt > 0) console.log(`${inDoubt === messages ? "All" : inDoubt} of them ${doubt}.`);
}

const invalid = (message: string) => new AppError("INVALID_OPTION", message);
