import { type ApiKey, createKey, listKeys, revokeKey } from "@repo/email/api";
import { type TemplateName, templates } from "@repo/templates/registry";
import { command } from "./command.ts";
import { withDatabase } from "./database.ts";
import { DECISION, FLAG, TEXT, TEXTS, invalid, oneOf, readDecision } from "./options.ts";
import { moment, table } from "./show.ts";

const HELP = `pnpm email:keys                                        all keys with their last use
pnpm email:keys create PROGRAM --template NAME --reason TEXT
                                                       makes a key, and shows it once
pnpm email:keys revoke ID --reason TEXT                ends a key at once

  --template NAME    an email that the key may queue. Repeat it for each
  --per-hour NUMBER  how many emails at once. What is used up comes back within an hour. Default: 100
  --cancel           with revoke: cancels what the key has queued and that still waits

  --reason TEXT      why you do it. It is kept.
  --by NAME          who does it. Default: this machine's user.

docs/api.md describes the API. Times are UTC. The database is the one of DATABASE_URL, or else of
pnpm dev.`;

const ABOUT = {
  help: HELP,
  options: {
    template: TEXTS,
    "per-hour": { ...TEXT, default: "100" },
    cancel: FLAG,
    ...DECISION,
  },
  positionals: true,
};

/** `pnpm email:keys`. @returns the exit code */
export const apiKeys = command(ABOUT, async (values, [verb, whose, another]) => {
  if (another !== undefined) throw invalid(`Only one at a time: leave out "${another}".`);
  if (verb === undefined) {
    console.log(showKeys(await withDatabase(listKeys), process.stdout.columns));
    return 0;
  }
  if (verb === "create") {
    if (whose === undefined) throw invalid("Which program gets it? create billing");
    await create(whose, values.template ?? [], Number(values["per-hour"]), readDecision(values));
    return 0;
  }
  if (verb === "revoke") {
    if (whose === undefined) throw invalid("Which key? pnpm email:keys lists their ids.");
    const decision = { ...readDecision(values), cancelWaiting: values.cancel };
    const { program, start, cancelled } = await withDatabase((db) =>
      revokeKey(db, whose, decision),
    );
    console.log(`The key ${start}… of ${program} does not work any more.`);
    if (values.cancel) console.log(`Its waiting emails are cancelled: ${cancelled}.`);
    return 0;
  }
  throw invalid(`There is no command "${verb}". Use create or revoke.`);
});

async function create(
  program: string,
  names: string[],
  perHour: number,
  decision: ReturnType<typeof readDecision>,
): Promise<void> {
  const known = Object.keys(templates) as TemplateName[];
  const chosen = names.map((name) => oneOf("--template", known, name) as TemplateName);
  const { id, key } = await withDatabase((db) =>
    createKey(db, { program, templates: [...new Set(chosen)], perHour }, decision),
  );
  console.log(key);
  console.log(`This is the only time that it is shown. Its id is ${id}.`);
  const security = chosen.filter((name) => templates[name].category === "security");
  if (security.length > 0) {
    console.log(
      `With it a program can send ${security.join(", ")}, with any link, to anybody. If it need not, revoke the key.`,
    );
  }
}

function showKeys(keys: ApiKey[], columns: number | undefined): string {
  if (keys.length === 0) return "There is no key. Make one with pnpm email:keys create.";
  const rows = keys.map(({ id, program, start, perHour, usedAt, revokedAt, templates: names }) => ({
    cells: [
      program,
      revokedAt ? `revoked ${moment(revokedAt)}` : "works",
      usedAt ? moment(usedAt) : "never",
      `${start}…`,
      id,
      String(perHour),
      names.join(", "),
    ],
    colour: revokedAt ? ("dim" as const) : ("green" as const),
  }));
  const head = ["PROGRAM", "STATUS", "LAST USE (UTC)", "KEY", "ID", "AN HOUR", "TEMPLATES"];
  return table(head, rows, columns);
}
