import { spawnSync } from "node:child_process";
import { AppError } from "@repo/errors";
import { root } from "../env.ts";

/** @throws AppError `RELEASED` if a version of this repository has a tag */
export function refuseAfterRelease(): void {
  const options = { cwd: root, encoding: "utf8" } as const;
  const { stdout, error } = spawnSync("git", ["tag", "--list", "v[1-9]*"], options);
  if (error || stdout.trim() === "") return;
  throw new AppError(
    "RELEASED",
    `There is a release (${stdout.trim().split("\n").join(", ")}), and clones have applied its migrations. From now on only add migrations: pnpm db:migrate.`,
  );
}
