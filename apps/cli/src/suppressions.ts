import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { AppError } from "@repo/errors";
import {
  type Reason,
  type Removal,
  type Suppressed,
  addSuppression,
  explainSuppression,
  listSuppressions,
  removeSuppression,
} from "@repo/email/suppressions";
import { withDatabase } from "./database.ts";
import { readEnv } from "./env.ts";
import { oneOf, parseLimit, parseTime } from "./options.ts";
import { showExplained, showSuppressed, showSuppressions } from "./show-suppressions.ts";

const HELP = `pnpm email:suppressions [options]                   who gets no email, newest first
pnpm email:suppressions ADDRESS                     why, with all that is known
pnpm email:suppressions add ADDRESS --reason TEXT   no more email to this address
pnpm email:suppressions remove ADDRESS --reason TEXT
                                                    email again, also at SES's own list

  --for REASON           soft-bounces, bounce, manual, complaint
  --since TIME           happened since then: 30m, 12h, 7d, 2030-01-31, 2030-01-31T12:00Z
  --expired              those whose time is over as well
  --before CURSOR        goes on where a list has ended
  --limit NUMBER         20 by default, 1,000 at most
  --json                 for programs

  --reason TEXT          why you do it; it is kept
  --by NAME              who does it; this machine's user by default
  --override-complaint   remove although they complained: when they ask for email themselves
  --not-at-ses           leave SES's own list as it is: where email does not go through SES

Times are UTC. The database is that of DATABASE_URL, or that of pnpm dev.`;

const REASONS = ["soft-bounces", "bounce", "manual", "complaint"] satisfies Reason[];

/**
 * `pnpm email:suppressions`.
 *
 * @returns the exit code: 1 where an address is not suppressed
 */
export async function suppressions(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    allowPositionals: true,
    options: {
      for: { type: "string" },
      since: { type: "string" },
      expired: { type: "boolean" },
      before: { type: "string" },
      limit: { type: "string" },
      json: { type: "boolean" },
      reason: { type: "string" },
      by: { type: "string" },
      "override-complaint": { type: "boolean" },
      "not-at-ses": { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const print = (value: unknown, text: () => string) =>
    console.log(values.json ? JSON.stringify(value, null, 2) : text());
  const [command, address, ...rest] = positionals;
  if (rest.length > 0) throw invalid(`One address at a time; not "${rest[0]}" as well.`);

  if (command === "add" || command === "remove") {
    if (address === undefined) throw invalid(`Which address? ${command} name@example.com`);
    const decision = { by: values.by ?? userInfo().username, because: values.reason ?? "" };
    if (!decision.because) throw invalid('Say why, for those who ask later: --reason "…"');
    if (command === "add") {
      const now = await withDatabase((db) => addSuppression(db, address, decision));
      print(now, () => (now ? showSuppressed(now) : "It has been removed meanwhile."));
      return 0;
    }
    const removed = await remove(address, {
      ...decision,
      overrideComplaint: values["override-complaint"],
      notAtSes: values["not-at-ses"],
    });
    const where = values["not-at-ses"] ? "SES's own list was left as it is" : "at SES's list too";
    print(removed, () => `Email goes to ${removed.address} again (${where}).`);
    return 0;
  }

  if (address !== undefined) throw invalid(`There is no "${command}" here: add or remove.`);
  if (command !== undefined) {
    const found = await withDatabase((db) => explainSuppression(db, command));
    print(found, () => showExplained(command, found));
    return found.suppression ? 0 : 1;
  }

  const filter = {
    reason: oneOf("--for", REASONS, values.for),
    since: values.since === undefined ? undefined : parseTime(values.since),
    expired: values.expired,
  };
  const limit = parseLimit(values.limit ?? "20");
  const page = await withDatabase(async (db) => {
    const all: Suppressed[] = [];
    let next: string | null | undefined = values.before;
    do {
      const got = await listSuppressions(db, filter, { before: next, limit: limit - all.length });
      all.push(...got.suppressions);
      ({ next } = got);
    } while (next !== null && all.length < limit);
    return { suppressions: all, next };
  });
  print(page, () => {
    const list = showSuppressions(page.suppressions, process.stdout.columns);
    return page.next ? `${list}\n\nOlder ones: the same command with --before ${page.next}` : list;
  });
  return 0;
}

async function remove(
  address: string,
  { notAtSes, ...removal }: Omit<Removal, "atSes"> & { notAtSes: boolean | undefined },
): Promise<Suppressed> {
  const { loopbackOnly } = readEnv();
  // Loaded only here: the SDK would double the time of every list.
  const { createAccountList } = await import("@repo/email/account-list");
  const list = createAccountList({ loopbackOnly });
  const atSes = async (spelling: string) => {
    try {
      await list.remove(spelling);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new AppError(
        error.code,
        `Nothing was changed here: the address stays suppressed. ${error.message} Or, where email does not go through SES: --not-at-ses.`,
        { retryable: error.retryable, cause: error },
      );
    }
  };
  try {
    return await withDatabase((db) =>
      removeSuppression(db, address, notAtSes ? removal : { ...removal, atSes }),
    );
  } finally {
    list.close();
  }
}

const invalid = (message: string) => new AppError("INVALID_OPTION", message);
