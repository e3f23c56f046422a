import type { Rule } from "../repository.ts";

// pnpm's own commands. A script of that name would need `pnpm run <name>`.
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

/**
 * Every package has the scripts of turbo's tasks, because turbo silently skips a package without
 * one. A package that has only slow tests needs no `test`.
 *
 * No script may use `node --watch`: it also watches the installed packages. pnpm links their files
 * into every clone, and each install changes these links.
 */
export const scripts: Rule = ({ packages, files }) =>
  packages.flatMap(({ folder, manifest }) => {
    const own = Object.keys(manifest.scripts ?? {})
      .filter((name) => OWN.includes(name))
      .map((name) => `${folder}/package.json: \`pnpm ${name}\` is pnpm's own; rename the script`);
    const watching = Object.values(manifest.scripts ?? {})
      .filter((script) => /\bnode\b.* --watch\b/.test(script))
      .map(
        () =>
          `${folder}/package.json: node --watch starts again when another clone is installed; use tsx watch, or leave it out`,
      );
    if (folder === ".") return [...own, ...watching];

    const inside = files.filter((file) => file.startsWith(`${folder}/`));
    const typed = inside.includes(`${folder}/tsconfig.json`);
    const tests = inside.filter((file) => /\.test\.tsx?$/.test(file));
    const quick = tests.filter((file) => !file.includes(".full.test."));
    const { typecheck, test, "test:full": full, "test:e2e": browser } = manifest.scripts ?? {};
    return [
      ...own,
      ...watching,
      ...(typed && !typecheck?.startsWith("tsc --noEmit")
        ? [`${folder}/package.json: its types are not checked; add "typecheck": "tsc --noEmit"`]
        : []),
      ...(quick.length > 0 && !test && !browser
        ? [`${folder}/package.json: its tests do not run; add "test": "vitest run"`]
        : []),
      // infra is its own workspace, and all its tests run in seconds.
      ...(tests.length > 0 && !browser && folder !== "infra" && full !== "vitest run --mode full"
        ? [
            `${folder}/package.json: pnpm test:full skips its tests; add "test:full": "vitest run --mode full"`,
          ]
        : []),
    ];
  });
