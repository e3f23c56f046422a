import type { Db } from "@repo/db";
import { type Suppressed, listSuppressions } from "@repo/email/suppressions";

const HEAD = ["address", "reason", "since", "until"];
const END = "\r\n";

/** Every suppression that is in force, as CSV (RFC 4180), page by page. */
export async function* toCsv(db: Db): AsyncGenerator<string> {
  yield HEAD.join(",") + END;
  let before: string | null | undefined;
  do {
    const page = await listSuppressions(db, {}, { before: before ?? undefined, limit: 200 });
    yield page.suppressions.map((each) => cellsOf(each).map(cell).join(",") + END).join("");
    before = page.next;
  } while (before !== null);
}

function cellsOf({ address, reason, since, until }: Suppressed): string[] {
  return [address, reason, since.toISOString(), until?.toISOString() ?? ""];
}

/**
 * A quoted cell. One that begins like a formula gets an apostrophe, because a spreadsheet would run
 * it (OWASP, CSV Injection).
 */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
