// `pnpm db:before v1.2.0 [PACKAGE…]`: runs the tests of an earlier version on the present
// migrations: those of the named packages, or of all that use the database.
import { checkMigrations } from "@repo/db/safety";
import { onEmptyDatabase } from "../empty-database.ts";
import { runProgram } from "../run-program.ts";
import { compareVersions } from "./versions.ts";
import { passTests } from "./worktree.ts";

const [ref = "", ...packages] = process.argv.slice(2);

await runProgram(main);

async function main(): Promise<number> {
  const { commit, added } = compareVersions(ref);
  if (added.length === 0) {
    console.log(`${ref} has all migrations. There is nothing to test.`);
    return 0;
  }
  const passed = await passTests(commit, packages);
  const checked = await onEmptyDatabase(checkMigrations);
  console.log(`\nMigrations that ${ref} does not have:`);
  for (const name of added) {
    console.log(`- ${name}`);
    const { findings = [] } = checked.find(({ migration }) => migration === name) ?? {};
    for (const { what } of findings) console.log(`  It ${what}.`);
  }
  console.log(
    passed
      ? `\nThe tests of ${ref} pass on them.`
      : `\nThe tests of ${ref} do not pass on them. The failures stand above. docs/runbook.md#changing-tables says how to change tables in two steps.`,
  );
  return passed ? 0 : 1;
}
