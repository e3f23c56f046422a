import { allowEvidence, evidenceStops } from "@repo/email/operator";
import { command } from "./command.ts";
import { withDatabase } from "./database.ts";
import { DECISION, invalid, readDecision } from "./options.ts";
import { moment } from "./show.ts";

const HELP = `pnpm email:evidence                                  configuration sets whose events are no evidence,
                                                     because they were wrong once
pnpm email:evidence allow REGION/SET --reason TEXT   accept its events as evidence again

  --reason TEXT   why you do it. It is kept.
  --by NAME       who does it. Default: this machine's user.

docs/decisions/evidence.md says what evidence is. Times are UTC. The database is the one of
DATABASE_URL, or else of pnpm dev.`;

const ABOUT = { help: HELP, options: DECISION, positionals: true };

/** `pnpm email:evidence`. @returns the exit code: 1 if the events of a set are no evidence */
export const evidence = command(ABOUT, async (values, [verb, source, ...rest]) => {
  if (verb === undefined) {
    const stops = await withDatabase(evidenceStops);
    if (stops.length === 0) console.log("The events of every configuration set count as evidence.");
    for (const { eventSource, messageId, stoppedAt } of stops) {
      console.log(
        `${eventSource}: no evidence since ${moment(stoppedAt)}, when email ${messageId} was judged unsent although it had been sent.`,
      );
    }
    return stops.length === 0 ? 0 : 1;
  }
  if (verb !== "allow" || source === undefined || rest.length > 0) {
    throw invalid('Which configuration set? allow REGION/SET --reason "…"');
  }
  const decision = readDecision(values);
  await withDatabase((db) => allowEvidence(db, source, decision));
  console.log(`The events of ${source} count as evidence again.`);
  return 0;
});
