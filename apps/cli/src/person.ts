import { parseArgs } from "node:util";
import { erasePerson, exportPerson } from "@repo/accounts/person";
import type { AccountList } from "@repo/email/account-list";
import { createPseudonyms } from "@repo/email/erasure";
import { KeysSetting } from "@repo/email/keys";
import { AppError } from "@repo/errors";
import { withDatabase } from "./database.ts";
import { readEnv } from "./env.ts";
import { invalid } from "./options.ts";

const COMMON = `  --not-at-ses        leave out SES's own suppression list: if you do not send through SES

The person is an address, or the id of an account. The database is the one of DATABASE_URL, or else
of pnpm dev. docs/privacy.md says what is stored, and what an erasure leaves.`;

const EXPORT_HELP = `pnpm person:export ADDRESS|ID     all that is stored about a person, as JSON

${COMMON}`;

const ERASE_HELP = `pnpm person:erase ADDRESS|ID      counts what is stored about a person; with --confirm, erases it

  --confirm ADDRESS   do it; ADDRESS is the one that the command showed
${COMMON}`;

/** `pnpm person:export`. @returns the exit code: 1 if there is no such account */
export async function exportOne(args: string[]): Promise<number> {
  const { who, values } = read(args);
  if (values.help || who === undefined) return help(EXPORT_HELP, values.help);
  return await withAccountList(values["not-at-ses"], async (list) => {
    const found = await withDatabase((db) => exportPerson(db, readKeys(), who));
    if (!found) return nobody();
    const atSes = list && { sesSuppressionList: await list.find(found.email) };
    console.log(JSON.stringify({ ...found, ...atSes }, undefined, 2));
    return 0;
  });
}

/** `pnpm person:erase`. @returns the exit code: 1 if nothing was done */
export async function eraseOne(args: string[]): Promise<number> {
  const { who, values } = read(args);
  if (values.help || who === undefined) return help(ERASE_HELP, values.help);
  return await withAccountList(values["not-at-ses"], (list) =>
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
      const rows = Object.values(erased).reduce((sum, count) => sum + count, 0);
      console.log(`${rows === 1 ? "1 row" : `${rows} rows`} erased.`);
      if (!list) console.log("SES's own suppression list is unchanged.");
      return 0;
    }),
  );
}

function read(args: string[]) {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    allowPositionals: true,
    options: {
      confirm: { type: "string" },
      "not-at-ses": { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const [who, ...rest] = positionals;
  if (rest.length > 0) throw invalid(`Only one person at a time: leave out "${rest[0]}".`);
  if (who === undefined && !values.help) throw invalid("Who? Give an address, or an account's id.");
  return { who, values };
}

function help(text: string, asked: boolean | undefined): number {
  console.log(text);
  return asked ? 0 : 1;
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

async function withAccountList<T>(
  notAtSes: boolean | undefined,
  use: (list: AccountList | undefined) => Promise<T>,
): Promise<T> {
  if (notAtSes) return await use(undefined);
  const { loopbackOnly } = readEnv();
  // Imported here: the SDK would double the time of every other command.
  const { createAccountList } = await import("@repo/email/account-list");
  const list = createAccountList({ loopbackOnly });
  try {
    return await use(list);
  } finally {
    list.close();
  }
}
