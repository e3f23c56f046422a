import { AppError } from "@repo/errors";
import {
  type Comparison,
  type OnlyAtSes,
  adoptSuppressions,
  compareSuppressions,
} from "@repo/email/suppressions";
import type { Pseudonyms } from "@repo/email/erasure";
import type { Decision } from "@repo/email/operator";
import { withDatabase } from "./database.ts";
import { readEnv } from "./env.ts";
import { moment, table } from "./show.ts";

/**
 * Compares SES's own suppression list with ours.
 *
 * @param pseudonyms finds the addresses that were erased
 * @param decision suppresses here what only SES suppresses: who does it, and why
 * @throws AppError `OPT_OUT_KEY_MISSING`; EmailError as `AccountList.page`
 */
export async function compare(
  pseudonyms: Pseudonyms | undefined,
  decision: Decision | undefined,
): Promise<Omit<Comparison, "next"> & { adopted: number }> {
  if (!pseudonyms) {
    throw new AppError(
      "OPT_OUT_KEY_MISSING",
      "OPT_OUT_KEY is not set: without it an erased address would be stored again. Set the key that the app has.",
    );
  }
  const { loopbackOnly } = readEnv();
  // Imported here: the SDK would double the time of every other command.
  const { createAccountList } = await import("@repo/email/account-list");
  const list = createAccountList({ loopbackOnly });
  try {
    return await withDatabase(async (db) => {
      const all = await compareSuppressions(db, list.page, { pseudonyms, pages: Infinity });
      const { compared, onlyAtSes } = all;
      const adopted = decision ? await adoptSuppressions(db, onlyAtSes, decision) : 0;
      return { compared, onlyAtSes, adopted };
    });
  } finally {
    list.close();
  }
}

/** @param columns width of the terminal. Default: unlimited. */
export function showComparison(
  { compared, onlyAtSes, adopted }: Awaited<ReturnType<typeof compare>>,
  columns: number | undefined,
): string {
  const summary = `${count(compared)} on SES's own list, ${onlyAtSes.length} of them not on ours.`;
  if (onlyAtSes.length === 0) return summary;
  const rows = onlyAtSes.map((each) => ({
    cells: [moment(each.since), each.reason, nextStep(each, adopted > 0), each.address],
    colour: each.isRemovedHere ? ("yellow" as const) : ("dim" as const),
  }));
  const list = table(["SINCE (UTC)", "REASON", "HERE", "ADDRESS"], rows, columns);
  const next =
    adopted > 0
      ? `${count(adopted)} ${adopted === 1 ? "is" : "are"} suppressed here now.`
      : "SES accepts email to them and does not deliver it. To suppress them here too, add --adopt --reason TEXT.";
  const removed = onlyAtSes.some(({ isRemovedHere }) => isRemovedHere)
    ? "\nTo send to an address that was removed here: pnpm email:suppressions remove ADDRESS --reason TEXT takes it off SES's list."
    : "";
  return `${list}\n\n${summary} ${next}${removed}`;
}

function nextStep({ isRemovedHere }: OnlyAtSes, hasAdopted: boolean): string {
  if (isRemovedHere) return "removed by an operator";
  return hasAdopted ? "suppressed now" : "not suppressed";
}

const count = (addresses: number) => `${addresses} ${addresses === 1 ? "address" : "addresses"}`;
