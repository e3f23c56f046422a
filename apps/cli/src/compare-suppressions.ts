import { AppError } from "@repo/errors";
import {
  type Comparison,
  type OnlyAtSes,
  adoptSuppressions,
  compareSuppressions,
} from "@repo/email/suppressions";
import type { Pseudonyms } from "@repo/email/erasure";
import type { Decision } from "@repo/email/operator";
import { withAccountList } from "./account-list.ts";
import { count } from "./count.ts";
import { withDatabase } from "./database.ts";
import { moment, table } from "./show.ts";

/**
 * Compares SES's own suppression list with ours.
 *
 * @param pseudonyms finds the addresses that were erased
 * @param options.adopt suppresses here what only SES suppresses: who does it, and why
 * @param options.erase takes erased addresses off SES's list, one a second
 * @throws AppError `OPT_OUT_KEY_MISSING`; EmailError as `AccountList.page`
 */
export async function compare(
  pseudonyms: Pseudonyms | undefined,
  { adopt, erase = false }: { adopt?: Decision | undefined; erase?: boolean | undefined },
): Promise<Compared> {
  if (!pseudonyms) {
    throw new AppError(
      "OPT_OUT_KEY_MISSING",
      "OPT_OUT_KEY is not set: without it an erased address would be stored again. Set the key that the app has.",
    );
  }
  return await withAccountList((list) =>
    withDatabase(async (db) => {
      const all = await compareSuppressions(db, list.page, pseudonyms);
      const { compared, onlyAtSes, erased } = all;
      const adopted = adopt ? await adoptSuppressions(db, onlyAtSes, adopt) : 0;
      if (erase) for (const address of erased) await list.remove(address);
      return { compared, onlyAtSes, adopted, erased: erased.length, isErased: erase };
    }),
  );
}

interface Compared extends Pick<Comparison, "compared" | "onlyAtSes"> {
  adopted: number;
  /** How many addresses on SES's list were erased here. Nobody may read them any more. */
  erased: number;
  /** Whether they were taken off SES's list now. */
  isErased: boolean;
}

/** @param columns width of the terminal. Default: unlimited. */
export function showComparison(found: Compared, columns: number | undefined): string {
  return [showOnlyAtSes(found, columns), ...showErased(found)].join("\n");
}

function showErased({ erased, isErased }: Compared): string[] {
  if (erased === 0) return [];
  const what = `${count(erased, "address on it was", "addresses on it were")} erased here`;
  return [isErased ? `${what}, and now there too.` : `${what}. To erase there too, add --erase.`];
}

function showOnlyAtSes(
  { compared, onlyAtSes, adopted }: Compared,
  columns: number | undefined,
): string {
  const summary = `${count(compared, "address", "addresses")} on SES's own list, ${onlyAtSes.length} of them not on ours.`;
  if (onlyAtSes.length === 0) return summary;
  const rows = onlyAtSes.map((each) => ({
    cells: [moment(each.since), each.reason, nextStep(each, adopted > 0), each.address],
    colour: each.isRemovedHere ? ("yellow" as const) : ("dim" as const),
  }));
  const list = table(["SINCE (UTC)", "REASON", "HERE", "ADDRESS"], rows, columns);
  const next =
    adopted > 0
      ? `${count(adopted, "address is", "addresses are")} suppressed here now.`
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
