import { listOperators, setRole } from "@repo/accounts/operators";
import { command } from "./command.ts";
import { withDatabase } from "./database.ts";
import { DECISION, invalid, userName } from "./options.ts";

const HELP = `pnpm person:role                          lists who has a role
pnpm person:role ADDRESS operator|none    gives the account a role, or takes it away

  --reason TEXT   why you do it. It is kept.
  --by NAME       who does it. Default: this machine's user.

An operator sees /ops, and gets the alerts. The role counts from the next request. The database is the
one of DATABASE_URL, or else of pnpm dev.`;

const ROLES = { operator: "operator", none: null } as const;

const ABOUT = { help: HELP, options: DECISION, positionals: true };

/** `pnpm person:role`. @returns the exit code: 1 if there is no such account */
export const role = command(ABOUT, async (values, [address, name, ...rest]) => {
  if (rest.length > 0) throw invalid(`Only one person at a time: leave out "${rest[0]}".`);
  if (address === undefined) return await list();
  if (name === undefined || !Object.hasOwn(ROLES, name))
    throw invalid(`The role is operator or none${name === undefined ? "" : `; not "${name}"`}.`);
  const wanted = ROLES[name as keyof typeof ROLES];
  const decision = {
    by: values.by ?? userName(),
    because: values.reason || "pnpm person:role, without a reason",
  };
  const before = await withDatabase((db) => setRole(db, address, wanted, decision));
  if (before === undefined) {
    console.log("There is no such account. People sign up first, and confirm their address.");
    return 1;
  }
  const has = wanted === null ? "has no role" : `is an ${wanted}`;
  console.log(`${address} ${before === wanted ? `${has} already` : `${has} now`}.`);
  return 0;
});

async function list(): Promise<number> {
  const operators = await withDatabase(listOperators);
  const lines = operators.map(({ email, name }) => `operator  ${email}  ${name}`);
  console.log(lines.join("\n") || "Nobody has a role.");
  return 0;
}
