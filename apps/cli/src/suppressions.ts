import { parseArgs } from "node:util";
import { AppError } from "@repo/errors";
import { createPseudonyms } from "@repo/email/erasure";
import { KeysSetting } from "@repo/email/keys";
import { findPreferences } from "@repo/email/preferences";
import {
  type Reason,
  type Removal,
  type Suppressed,
  addSuppression,
  explainSuppression,
  listSuppressions,
  removeSuppression,
} from "@repo/email/suppressions";
import { compare, showComparison } from "./compare-suppressions.ts";
import { withDatabase } from "./database.ts";
import { readEnv } from "./env.ts";
import { DECISION, invalid, oneOf, parseLimit, parseTime, readDecision } from "./options.ts";
import { showExplained, showSuppressed, showSuppressions } from "./show-suppressions.ts";

const HELP = `pnpm email:suppressions [options]                   who gets no email, newest first
pnpm email:suppressions ADDRESS                     why it gets no email, its history, and what
                                                    it has turned off
pnpm email:suppressions add ADDRESS --reason TEXT   send no more email to this address
pnpm email:suppressions remove ADDRESS --reason TEXT
                                                    send email again; removes it from SES's list too
pnpm email:suppressions compare [--adopt --reason TEXT] [--erase]
                                                    what SES's own list has and ours has not;
                                                    --adopt suppresses it here too; --erase takes
                                                    addresses that were erased here off SES's list

  --for REASON           soft-bounces, bounce, manual, complaint
  --since TIME           suppressed since then: 30m, 12h, 7d, 2030-01-31, 2030-01-31T12:00Z
  --expired              also those that have ended
  --before CURSOR        continues a list
  --limit NUMBER         number of addresses. Default: 20. Maximum: 1,000.
  --json                 as JSON, for programs

  --reason TEXT          why you do it. It is kept.
  --by NAME              who does it. Default: this machine's user.
  --override-complaint   remove it despite a complaint: only if the person asks for email
  --not-at-ses           leave SES's list unchanged: if you do not send through SES

Times are UTC. The database is the one of DATABASE_URL, or else of pnpm dev.`;

const REASONS = ["soft-bounces", "bounce", "manual", "complaint"] satisfies Reason[];

/**
 * `pnpm email:suppressions`.
 *
 * @returns the exit code: 1 if the address is not suppressed
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
      ...DECISION,
      "override-complaint": { type: "boolean" },
      "not-at-ses": { type: "boolean" },
      adopt: { type: "boolean" },
      erase: { type: "boolean" },
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
  if (rest.length > 0) throw invalid(`Only one address at a time: leave out "${rest[0]}".`);

  if (command === "add" || command === "remove") {
    if (address === undefined) throw invalid(`Which address? ${command} name@example.com`);
    const decision = readDecision(values);
    if (command === "add") {
      const now = await withDatabase((db) => addSuppression(db, address, decision));
      print(now, () => (now ? showSuppressed(now) : "Someone removed it in the meantime."));
      return 0;
    }
    const removed = await remove(address, {
      ...decision,
      overrideComplaint: values["override-complaint"],
      notAtSes: values["not-at-ses"],
    });
    const where = values["not-at-ses"] ? "SES's list is unchanged" : "also at SES";
    print(removed, () => `Email goes to ${removed.address} again (${where}).`);
    return 0;
  }

  if (command === "compare" && address === undefined) {
    const adopt = values.adopt ? readDecision(values) : undefined;
    const compared = await compare(findPseudonyms(), { adopt, erase: values.erase });
    print(compared, () => showComparison(compared, process.stdout.columns));
    return 0;
  }

  if (address !== undefined) {
    throw invalid(`There is no command "${command}". Use add, remove or compare.`);
  }
  if (command !== undefined) {
    const found = await withDatabase(async (db) => ({
      ...(await explainSuppression(db, command, findPseudonyms())),
      preferences: await findPreferences(db, command),
    }));
    print(found, () => showExplained(command, found));
    return found.suppression ? 0 : 1;
  }

  const filter = {
    reason: oneOf("--for", REASONS, values.for),
    since: parseTime(values.since),
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

/** For opt-outs that were kept after an erasure. Without OPT_OUT_KEY they cannot be found. */
function findPseudonyms() {
  const keys = KeysSetting.safeParse(readEnv().setting("OPT_OUT_KEY")).data;
  return keys && createPseudonyms(keys);
}

async function remove(
  address: string,
  { notAtSes, ...removal }: Omit<Removal, "atSes"> & { notAtSes: boolean | undefined },
): Promise<Suppressed> {
  const { loopbackOnly } = readEnv();
  // Imported here: the SDK would double the time of every other command.
  const { createAccountList } = await import("@repo/email/account-list");
  const list = createAccountList({ loopbackOnly });
  const atSes = async (spelling: string) => {
    try {
      await list.remove(spelling);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new AppError(
        error.code,
        `Nothing was changed here: the address stays suppressed. ${error.message} If you do not send through SES, add --not-at-ses.`,
        { retryable: error.retryable, cause: error },
      );
    }
  };
  try {
    return await withDatabase((db) =>
      removeSuppression(db, address, {
        ...removal,
        pseudonyms: findPseudonyms(),
        ...(!notAtSes && { atSes }),
      }),
    );
  } finally {
    list.close();
  }
}
