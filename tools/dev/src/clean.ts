// `pnpm clean`: removes generated files, the development data and that of the tests.
import { globSync, rmSync } from "node:fs";
import path from "node:path";
import { runningPostgres } from "@repo/postgres-local";
import { removeTestPostgres } from "@repo/postgres-local/testing";
import { DATA_DIR, root } from "./env.ts";

if (await runningPostgres(DATA_DIR)) {
  console.error("The development database is running: stop `pnpm dev` first.");
  process.exitCode = 1;
} else if (!(await removeTestPostgres())) {
  console.error("Tests are running: wait for their end, or stop them.");
  process.exitCode = 1;
} else {
  const made = globSync(
    [".local", ".turbo", "{apps,packages,tools}/*/{.turbo,dist}", "packages/db/src/generated"],
    { cwd: root },
  );
  for (const folder of made) {
    rmSync(path.join(root, folder), { recursive: true, force: true });
    console.log(`removed ${folder}`);
  }
}
