import type { Rule } from "../repository.ts";

// What pnpm does itself: such a script could only be reached by `pnpm run <name>`.
const OWN = [
  "add",
  "config",
  "deploy",
  "doctor",
  "env",
  "init",
  "list",
  "remove",
  "setup",
  "update",
];

/** Turbo passes over a package that lacks a task's script without a word; none may lack one. */
export const scripts: Rule = ({ packages, files }) =>
  packages.flatMap(({ folder, manifest }) => {
    const own = Object.keys(manifest.scripts ?? {})
      .filter((name) => OWN.includes(name))
      .map((name) => `${folder}/package.json: \`pnpm ${name}\` is pnpm's own; rename the script`);
    if (folder === ".") return own;

    const inside = files.filter((file) => file.startsWith(`${folder}/`));
    const typed = inside.includes(`${folder}/tsconfig.json`);
    const tested = inside.some((file) => /\.test\.tsx?$/.test(file));
    const { typecheck, test, "test:full": full, "test:e2e": browser } = manifest.scripts ?? {};
    return [
      ...own,
      ...(typed && !typecheck?.startsWith("tsc --noEmit")
        ? [`${folder}/package.json: its types are not checked; add "typecheck": "tsc --noEmit"`]
        : []),
      ...(tested && !test && !browser
        ? [`${folder}/package.json: its tests do not run; add "test": "vitest run"`]
        : []),
      // infra is a workspace of its own, whose tests all run in seconds.
      ...(test === "vitest run" && folder !== "infra" && full !== "vitest run --mode full"
        ? [
            `${folder}/package.json: pnpm test:full passes over its tests; add "test:full": "vitest run --mode full"`,
          ]
        : []),
    ];
  });
