import type { Db } from "@repo/db";
import { sendingStatus } from "@repo/email/log";
import {
  type ActionCount,
  type RestoredMail,
  cancelRestored,
  restoredMail,
  sendRestored,
  stopAsRestored,
} from "@repo/email/operator";
import { command } from "./command.ts";
import { withDatabase } from "./database.ts";
import { DECISION, FLAG, invalid, readDecision } from "./options.ts";
import { moment, showStopped, table } from "./show.ts";

const HELP = `pnpm email:restored                          what was queued or in doubt before a restore
pnpm email:restored --cancel --reason TEXT   closes these emails; then sending goes on
pnpm email:restored --send --reason TEXT     lets these emails be sent; then sending goes on
pnpm email:restored --stop --reason TEXT     stops sending: this database is a restored backup, and
                                             the worker cannot notice it

  --reason TEXT   why you do it. It is kept.
  --by NAME       who does it. Default: this machine's user.

docs/runbook.md, "Restoring a backup", has the steps. Times are UTC. The database is the one of
DATABASE_URL, or else of pnpm dev.`;

const ABOUT = { help: HELP, options: { cancel: FLAG, send: FLAG, stop: FLAG, ...DECISION } };

/** `pnpm email:restored`. @returns the exit code: 1 while sending is stopped by a restore */
export const restored = command(ABOUT, async (values) => {
  const { cancel, send, stop } = values;
  if ([cancel, send, stop].filter(Boolean).length > 1) {
    throw invalid("Only one of --cancel, --send and --stop.");
  }
  if (!cancel && !send && !stop) return withDatabase(show);
  const decision = readDecision(values);
  return withDatabase(async (db) => {
    if (cancel) tell(await cancelRestored(db, decision), "cancelled", "closed as unknown");
    if (send) tell(await sendRestored(db, decision), "will be sent", "decided by their policy");
    if (!stop) return 0;
    await stopAsRestored(db, decision);
    return show(db);
  });
});

async function show(db: Db): Promise<number> {
  const { stopped } = await sendingStatus(db);
  if (stopped?.by !== "restored") {
    console.log(
      "No restore has stopped sending. If this database is a restored backup all the same, stop it with --stop.",
    );
    return 0;
  }
  const mail = await restoredMail(db);
  console.log(`${showStopped(stopped)}\n`);
  console.log(mail.length === 0 ? "No email from before the restore waits." : list(mail));
  console.log("\nNothing is done yet: --cancel closes these emails, --send lets them be sent.");
  return 1;
}

function list(mail: RestoredMail[]): string {
  const rows = mail.map(({ template, queued, inDoubt, oldest, newest }) => ({
    cells: [template, String(queued), String(inDoubt), moment(oldest), moment(newest)],
    colour: "cyan" as const,
  }));
  return table(["TEMPLATE", "QUEUED", "IN DOUBT", "OLDEST (UTC)", "NEWEST (UTC)"], rows, undefined);
}

function tell({ messages, inDoubt }: ActionCount, what: string, ofDoubts: string): void {
  console.log(`${messages - inDoubt} queued: ${what}. ${inDoubt} in doubt: ${ofDoubts}.`);
  console.log("Sending goes on.");
}
