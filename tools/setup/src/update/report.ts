import type { Merged } from "./merge.ts";

interface Updated extends Merged {
  version: string;
  /** The commit before the update. */
  head: string;
  /** The sections of docs/upgrading.md. */
  notes: string;
  /** What pnpm said if the packages are not installed. */
  failed: string | undefined;
}

/** What to read and to do after an update. */
export function report({ version, head, notes, failed, ...merged }: Updated): string {
  const { changed, conflicts, migrations } = merged;
  const steps = [
    ...(conflicts.length > 0 ? ["Resolve the conflicts, as said above."] : []),
    ...(notes ? ["Do what the notes above say."] : []),
    ...(migrations.length > 0
      ? [`pnpm db:migrate, or pnpm dev, applies: ${migrations.join(", ")}.`]
      : []),
    "pnpm check and pnpm test.",
    `git add --all, then git commit -m "Update to ${version}".`,
  ];
  return [
    ...(notes ? [notes] : []),
    `Updated to ${version}. Files changed: ${changed}. Conflicts: ${conflicts.length}.`,
    ...conflicts.map(({ file, advice }) => `${file}\n  ${advice}`),
    ...(failed
      ? [`The packages are not installed yet: run pnpm install. pnpm says:\n${failed}`]
      : []),
    ["Next:", ...steps.map((step, index) => `  ${index + 1}. ${step}`)].join("\n"),
    `To undo the update, also after its commit: git reset --hard ${head}`,
    ...(conflicts.length > 0
      ? ["Because of the conflicts, the exit code is 1. So pnpm says that the command failed."]
      : []),
  ].join("\n\n");
}
