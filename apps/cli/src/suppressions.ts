import { AppError } from "@repo/errors";
import type { AccountList } from "@repo/email/account-list";
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
import { withAccountList } from "./account-list.ts";
import { command } from "./command.ts";
import { compare, showComparison } from "./compare-suppressions.ts";
import { withDatabase } from "./database.ts";
import { readEnv } from "./env.ts";
import {
  DECISION,
  FLAG,
  TEXT,
  invalid,
  oneOf,
  parseLimit,
  parseTime,
  readDecision,
} from "./options.ts";
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

const ABOUT = {
  help: HELP,
  options: {
    for: TEXT,
    since: TEXT,
    expired: FLAG,
    before: TEXT,
    limit: TEXT,
    json: FLAG,
    ...DECISION,
    "override-complaint": FLAG,
    "not-at-ses": FLAG,
    adopt: FLAG,
    erase: FLAG,
  },
  positionals: true,
};

/**
 * `pnpm email:suppressions`.
 *
 * @returns the exit code: 1 if the address is not suppressed
 */
export const suppressions = command(ABOUT, async (values, [verb, address, ...rest]) => {
  const print = (value: unknown, text: () => string) =>
    console.log(values.json ? JSON.stringify(value, null, 2) : text());
  if (rest.length > 0) throw invalid(`Only one address at a time: leave out "${rest[0]}".`);

  if (verb === "add" || verb === "remove") {
    if (address === undefined) throw invalid(`Which address? ${verb} name@example.com`);
    const decision = readDecision(values);
    if (verb === "add") {
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

  if (verb === "compare" && address === undefined) {
    const adopt = values.adopt ? readDecision(values) : undefined;
    const compared = await compare(pseudonymsFromEnv(), { adopt, erase: values.erase });
    print(compared, () => showComparison(compared, process.stdout.columns));
    return 0;
  }

  if (address !== undefined) {
    throw invalid(`There is no command "${verb}". Use add, remove or compare.`);
  }
  if (verb !== undefined) {
    const found = await withDatabase(async (db) => ({
      ...(await explainSuppression(db, verb, pseudonymsFromEnv())),
      preferences: await findPreferences(db, verb),
    }));
    print(found, () => showExplained(verb, found));
    const { suppression } = found;
    return suppression && (!suppression.until || suppression.until > new Date()) ? 0 : 1;
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
});

/** Recognizes erased addresses. Without OPT_OUT_KEY, opt-outs of erased addresses are not found. */
function pseudonymsFromEnv() {
  const keys = KeysSetting.safeParse(readEnv().setting("OPT_OUT_KEY")).data;
  return keys && createPseudonyms(keys);
}

async function remove(
  address: string,
  { notAtSes, ...removal }: Omit<Removal, "atSes"> & { notAtSes: boolean | undefined },
): Promise<Suppressed> {
  const removeFrom = (list?: AccountList) =>
    withDatabase((db) =>
      removeSuppression(db, address, {
        ...removal,
        pseudonyms: pseudonymsFromEnv(),
        atSes: list && ((spelling) => removeAtSes(list, spelling)),
      }),
    );
  return await (notAtSes ? removeFrom() : withAccountList(removeFrom));
}

async function removeAtSes(list: AccountList, address: string): Promise<void> {
  try {
    await list.remove(address);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(
      error.code,
      `Nothing was changed here: the address stays suppressed. ${error.message} If you do not send through SES, add --not-at-ses.`,
      { retryable: error.retryable, cause: error },
    );
  }
}
