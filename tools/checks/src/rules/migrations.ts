import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Rule } from "../repository.ts";

const run = promisify(execFile);

/** The committed migrations result in exactly the schema. */
export const migrations: Rule = async ({ root, files }) => {
  if (!files.includes("packages/db/prisma/schema.prisma")) return [];
  try {
    await run(process.execPath, ["tools/dev/src/db.ts", "drift"], { cwd: root });
    return [];
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return [
      "packages/db/prisma/schema.prisma: the migrations do not result in this schema; " +
        `write one with pnpm db:migrate. Missing:\n${`${stdout}\n${stderr}`.trim()}`,
    ];
  }
};
