import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { AppError } from "@repo/errors";
import { allowEvidence, evidenceStops } from "@repo/email/operator";
import { withDatabase } from "./database.ts";

const HELP = `pnpm email:evidence                                  the configuration sets whose events once showed
                                                     something untrue, so that they show nothing
pnpm email:evidence allow REGION/SET --reason TEXT   take them for evidence again

  --reason TEXT   why you do it; it is kept
  --by NAME       who does it; this machine's user by default

docs/decisions/evidence.md says what evidence is. The database is that of DATABASE_URL, or that of
pnpm dev.`;

/** `pnpm email:evidence`. @returns the exit code: 1 where evidence of a set is not taken */
export async function evidence(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    allowPositionals: true,
    options: {
      reason: { type: "string" },
      by: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [command, source, ...rest] = positionals;
  if (command === undefined) {
    const stops = await withDatabase(evidenceStops);
    if (stops.length === 0) console.log("Evidence is taken of every configuration set.");
    for (const { eventSource, messageId, stoppedAt } of stops) {
      console.log(
        `${eventSource}: none since ${stoppedAt.toISOString()}; email ${messageId} had been judged to be unsent, and had been sent.`,
      );
    }
    return stops.length === 0 ? 0 : 1;
  }
  if (command !== "allow" || source === undefined || rest.length > 0) {
    throw invalid('Which configuration set? allow REGION/SET --reason "…"');
  }
  const decision = { by: values.by ?? userInfo().username, because: values.reason ?? "" };
  if (!decision.because) throw invalid('Say why, for those who ask later: --reason "…"');
  await withDatabase((db) => allowEvidence(db, source, decision));
  console.log(`Evidence of ${source} is taken again.`);
  return 0;
}

const invalid = (message: string) => new AppError("INVALID_OPTION", message);
