import { join } from "node:path";
import { openRepository } from "./repository.ts";
import { arrows } from "./rules/arrows.ts";
import { commands } from "./rules/commands.ts";
import { environment } from "./rules/environment.ts";
import { errors } from "./rules/errors.ts";
import { lockfile } from "./rules/lockfile.ts";
import { migrations } from "./rules/migrations.ts";
import { names } from "./rules/names.ts";
import { paths } from "./rules/paths.ts";
import { scripts } from "./rules/scripts.ts";
import { versions } from "./rules/versions.ts";

const rules = {
  arrows,
  commands,
  environment,
  errors,
  lockfile,
  migrations,
  names,
  paths,
  scripts,
  versions,
};

// `pnpm rules lockfile` runs only that rule.
const asked = process.argv.slice(2);
const chosen = Object.entries(rules).filter(([name]) => asked.length === 0 || asked.includes(name));

const repository = openRepository(join(import.meta.dirname, "../../.."));
const results = await Promise.all(
  chosen.map(async ([name, rule]) =>
    (await rule(repository)).map((failure) => `${name}: ${failure}`),
  ),
);
for (const failure of results.flat()) console.error(failure);
process.exitCode = results.flat().length > 0 ? 1 : 0;
