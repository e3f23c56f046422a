import { draw, findCircle, nameOf, readGraph } from "../graph.ts";
import type { Repository, Rule } from "../repository.ts";

// Imports run one way. `turbo boundaries` refuses an import that package.json does not declare.
// This table lists what package.json may declare. (turbo's own tag rules include indirect
// dependencies: web could not use email without a permission for db.)
const ARROWS: Record<string, string> = {
  web: "accounts email templates db brand locales errors",
  worker: "accounts email templates db errors",
  cli: "accounts email db templates brand errors",
  accounts: "email templates db brand locales errors",
  email: "db errors",
  templates: "brand locales errors",
  db: "errors",
  errors: "",
  brand: "",
  locales: "",
  testing: "",
  infra: "",
  dev: "brand db errors postgres-local prisma-offline",
  "postgres-local": "errors",
  "prisma-offline": "db",
  "email-lint": "",
  "ses-local": "email-lint",
  setup: "brand errors",
  checks: "setup",
  measure: "email db templates postgres-local",
  bench: "email db measure templates",
  chaos: "email db measure postgres-local ses-local testing",
  e2e: "email db templates",
};

const TESTS = ["@repo/testing", "@repo/ses-local", "@repo/postgres-local", "@repo/email-lint"];

const DRAWING = /(<!-- drawn by pnpm arrows -->\n+```mermaid\n)[^`]*(\n```)/;
const PAGE = "ARCHITECTURE.md";

/**
 * Packages depend only on allowed packages, without circles. ARCHITECTURE.md has the current
 * drawing.
 */
export const arrows: Rule = (repository) => [
  ...undeclared(repository),
  ...circles(repository),
  ...tools(repository),
  ...(drawn(repository) === repository.read(PAGE)
    ? []
    : [`${PAGE}: the drawing does not match the imports; update it with pnpm arrows`]),
];

/** ARCHITECTURE.md with an up-to-date drawing. */
export function drawn(repository: Repository): string {
  const groups = new Map<string, string[]>();
  for (const { folder, manifest } of repository.packages) {
    const [group, name] = folder.split("/");
    // infra imports nothing, and nothing imports it.
    if (!group || !name) continue;
    groups.set(group, [...(groups.get(group) ?? []), nameOf(manifest.name)]);
  }
  const drawing = draw(readGraph(repository, { shipped: true }), groups);
  return repository.read(PAGE).replace(DRAWING, (_all, before, after) => before + drawing + after);
}

function circles(repository: Repository): string[] {
  const circle = findCircle(readGraph(repository, { shipped: false }));
  return circle ? [`packages import each other in a circle: ${circle.join(" → ")}`] : [];
}

/** Shipped code imports no tool. Tests and dev.ts may. */
function tools(repository: Repository): string[] {
  const rooms = new Map(
    repository.packages.map(({ folder, manifest }) => [nameOf(manifest.name), folder]),
  );
  return [...readGraph(repository, { shipped: true })].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => rooms.get(to)?.startsWith("tools/") && !rooms.get(from)?.startsWith("tools/"))
      .map(
        (to) =>
          `${rooms.get(from)} imports ${rooms.get(to)}; only its tests and its dev.ts may import a tool`,
      ),
  );
}

/** Dependencies that the table above does not allow. */
function undeclared({ packages }: Repository): string[] {
  return packages
    .filter(({ folder }) => folder !== ".")
    .flatMap(({ folder, manifest }) => {
      const row = ARROWS[nameOf(manifest.name)];
      if (row === undefined) {
        return [
          `${folder}/package.json: ${manifest.name} is new; list its allowed imports in tools/checks/src/rules/arrows.ts`,
        ];
      }
      const allowed = row.split(" ").map((name) => `@repo/${name}`);
      const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest;
      const shipped = { ...dependencies, ...optionalDependencies, ...peerDependencies };
      return [
        ...Object.keys(shipped),
        // Tests of any package may use TESTS, which are not shipped.
        ...Object.keys(devDependencies ?? {}).filter((name) => !TESTS.includes(name)),
      ]
        .filter((name) => name.startsWith("@repo/") && !allowed.includes(name))
        .map(
          (name) =>
            `${folder}/package.json: ${manifest.name} may not depend on ${name}, only on ` +
            `${row ? allowed.join(", ") : "nothing of the workspace"}; move shared code into one of these ` +
            "(ARCHITECTURE.md draws the arrows)",
        );
    });
}
