import { erasePerson, exportPerson } from "@repo/accounts/person";
import type { AccountList } from "@repo/email/account-list";
import { createPseudonyms } from "@repo/email/erasure";
import { KeysSetting } from "@repo/email/keys";
import { AppError } from "@repo/errors";
import { withAccountList } from "./account-list.ts";
import { command } from "./command.ts";
import { count } from "./count.ts";
import { withDatabase } from "./database.ts";
import { readEnv } from "./env.ts";
import { FLAG, TEXT, invalid } from "./options.ts";

const COMMON = `  --not-at-ses        leave out SES's own suppression list: if you do not send through SES

The person is an address, or the id of an account. The database is the one of DATABASE_URL, or else
of pnpm dev. docs/privacy.md says what is stored, and what an erasure leaves.`;

const EXPORT_HELP = `pnpm person:export ADDRESS|ID     all that is stored about a person, as JSON

${COMMON}`;

const ERASE_HELP = `pnpm person:erase ADDRESS|ID      counts what is stored about a person; with --confirm, erases it

  --confirm ADDRESS   do it; ADDRESS is the one that the command showed
${COMMON}`;

const OPTIONS = { confirm: TEXT, "not-at-ses": FLAG };
const EXPORT = { help: EXPORT_HELP, options: OPTIONS, positionals: true };
const ERASE = { help: ERASE_HELP, options: OPTIONS, positionals: true };

/** `pnpm person:export`. @returns the exit code: 1 if there is no such account */
export const exportOne = command(EXPORT, async (values, positionals) => {
  const who = readWho(positionals);
  const run = async (list?: AccountList) => {
    const found = await withDatabase((db) => exportPerson(db, readKeys(), who));
    if (!found) return nobody();
    const atSes = list && { sesSuppressionList: await list.find(found.email) };
    console.log(JSON.stringify({ ...found, ...atSes }, undefined, 2));
    return 0;
  };
  return await (values["not-at-ses"] ? run() : withAccountList(run));
});

/** `pnpm person:erase`. @returns the exit code: 1 if nothing was done */
export const eraseOne = command(ERASE, async (values, positionals) => {
  const who = readWho(positionals);
  const run = (list?: AccountList) =>
    withDatabase(async (db) => {
      const keys = readKeys();
      const found = await exportPerson(db, keys, who);
      if (!found) return nobody();
      if (values.confirm === undefined) {
        const counts = Object.entries(found.tables).map(
          ([table, rows]) => `  ${table}: ${rows.length}`,
        );
        console.log(`Stored about ${found.email}, by table:\n${counts.join("\n")}`);
        console.log(
          `Nothing is done yet. To erase it, repeat the command with --confirm ${found.email}`,
        );
        return 1;
      }
      if (values.confirm !== found.email) {
        throw invalid(`This is ${found.email}, not ${values.confirm}. Nothing was done.`);
      }
      // First, because it may fail: then nothing is erased yet.
      await list?.find(found.email);
      const atSes = list && ((address: string) => list.remove(address));
      const erased = await erasePerson(db, { ...keys, atSes }, who);
      if (!erased) return nobody();
      const rows = Object.values(erased).reduce((sum, deleted) => sum + deleted, 0);
      console.log(`${count(rows, "row")} erased.`);
      if (!list) console.log("SES's own suppression list is unchanged.");
      return 0;
    });
  return await (values["not-at-ses"] ? run() : withAccountList(run));
});

function readWho([who, ...rest]: string[]): string {
  if (rest.length > 0) throw invalid(`Only one person at a time: leave out "${rest[0]}".`);
  if (who === undefined) throw invalid("Who? Give an address, or an account's id.");
  return who;
}

function nobody(): number {
  console.log("There is no such account.");
  return 1;
}

/** @throws AppError `INVALID_ENV` */
function readKeys() {
  const { setting } = readEnv();
  const secret = KeysSetting.safeParse(setting("AUTH_SECRET")).data;
  const optOutKey = KeysSetting.safeParse(setting("OPT_OUT_KEY")).data;
  if (secret && optOutKey) return { secret, pseudonyms: createPseudonyms(optOutKey) };
  throw new AppError(
    "INVALID_ENV",
    "AUTH_SECRET and OPT_OUT_KEY are needed, the same as those of the app: they hash the addresses.",
  );
}
