import type { Figures } from "./campaign.ts";
import type { Stack } from "./stack.ts";

/** The emails, by our log and by SES. */
export interface Audit extends Figures {
  queued: number;
  /** Closed as sent. */
  sent: number;
  /** Closed in doubt. */
  held: number;
  /** Closed in doubt, without a copy at SES. */
  heldUnsent: number;
  /** Closed as failed. */
  failed: number;
  /** Not closed. */
  open: number;
  /** Rows or copies of emails that no caller has queued. */
  orphans: number;
  /** SES has a copy, but the log says that it was not sent. */
  untrue: number;
  /** The maximum of copies of one email, by policy. */
  copies: { hold: number; resend: number };
  /** The first few of those held. */
  heldIds?: string[];
}

interface Row {
  id: string;
  state: string;
  reason: string | null;
  policy: "hold" | "resend";
}

const LISTED = 5;

/** Compares SES's copies, by our id, with the callers' emails and with the log. */
export async function audit({
  outbox,
  ses,
}: Pick<Stack, "outbox"> & { ses: Pick<Stack["ses"], "tally"> }): Promise<Audit> {
  const tally = await ses.tally();
  const rows = await outbox.rows<Row>(
    "SELECT id, state::text, closed_reason::text AS reason, on_unknown::text AS policy FROM messages",
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const copiesOf = (id: string) => tally[id]?.copies ?? 0;
  const closedAs = (reason: string) => rows.filter((row) => row.reason === reason);

  const lost = [...outbox.queued].filter((id) => {
    const row = byId.get(id);
    return copiesOf(id) === 0 && (row === undefined || row.reason === "sent");
  });
  const held = closedAs("unknown");
  const known = [...byId.keys(), ...Object.keys(tally)];
  const most = (policy: Row["policy"]) =>
    rows.filter((row) => row.policy === policy).reduce((n, { id }) => Math.max(n, copiesOf(id)), 0);
  return {
    queued: outbox.queued.size,
    sent: closedAs("sent").length,
    lost: lost.length,
    duplicates: Object.values(tally).reduce((sum, { copies }) => sum + copies - 1, 0),
    held: held.length,
    heldUnsent: held.filter(({ id }) => copiesOf(id) === 0).length,
    failed: closedAs("failed").length,
    open: rows.filter(({ state }) => state !== "closed").length,
    orphans: new Set(known.filter((id) => !outbox.queued.has(id))).size,
    untrue: closedAs("failed").filter(({ id }) => copiesOf(id) > 0).length,
    copies: { hold: most("hold"), resend: most("resend") },
    ...(held.length > 0 && { heldIds: held.slice(0, LISTED).map(({ id }) => id) }),
  };
}

/** The bars of every campaign. */
export function always(found: Audit): Record<string, boolean> {
  return {
    "0 lost": found.lost === 0,
    "0 failed": found.failed === 0,
    "0 open at the end": found.open === 0,
    "0 that nobody queued": found.orphans === 0,
    "0 sent although the log says that they were not": found.untrue === 0,
  };
}
