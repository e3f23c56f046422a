import type { Repository } from "./repository.ts";

/** The imports between packages: name → imported names, all without `@repo/`. */
export type Graph = Map<string, Set<string>>;

/** Files that production does not contain: tests, their helpers, and what `pnpm dev` starts. */
const NOT_SHIPPED = /\.test\.tsx?$|\/test\/|\/test-[^/]+$|\/testing\.ts$|\/dev\.ts$|\.config\.ts$/;

/**
 * Reads the imports of all sources.
 *
 * @param options.shipped without tests and `dev.ts`
 */
export function readGraph(repository: Repository, { shipped }: { shipped: boolean }): Graph {
  return new Map(
    repository.packages
      .filter(({ folder }) => folder !== ".")
      .map(({ folder, manifest }) => {
        const sources = repository.files.filter(
          (file) =>
            file.startsWith(`${folder}/`) &&
            /\.(ts|tsx|js|mjs)$/.test(file) &&
            !(shipped && NOT_SHIPPED.test(file)),
        );
        // Code in strings, as in the recipes, can look like imports. So keep only declared ones.
        const declared = { ...manifest.dependencies, ...manifest.devDependencies };
        const targets = sources
          .flatMap((file) => importsOf(repository.read(file)))
          .filter((target) => `@repo/${target}` in declared);
        return [nameOf(manifest.name), new Set(targets)];
      }),
  );
}

export const nameOf = (packageName: string) => packageName.replace("@repo/", "");

/** The workspace packages that a source imports, in any form. */
function importsOf(source: string): string[] {
  const imports = /^\s*(?:import|export)\b[^"'`;]*"@repo\/([\w-]+)|\bimport\("@repo\/([\w-]+)/gm;
  return [...source.matchAll(imports)].map((match) => match[1] ?? match[2] ?? "");
}

/** @returns the packages of a circle, if there is one */
export function findCircle(graph: Graph): string[] | undefined {
  const done = new Set<string>();
  const follow = (name: string, way: string[]): string[] | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const target of graph.get(name) ?? []) {
      const circle = follow(target, [...way, name]);
      if (circle) return circle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const circle = follow(name, []);
    if (circle) return circle;
  }
  return undefined;
}

/** The graph as a Mermaid flowchart. It omits an arrow if other arrows lead to the same package. */
export function draw(graph: Graph, groups: Map<string, string[]>): string {
  const reaches = (from: string, to: string): boolean =>
    [...(graph.get(from) ?? [])].some((next) => next === to || reaches(next, to));
  const arrows = [...graph].flatMap(([from, targets]) => {
    const direct = [...targets].filter(
      (to) => ![...targets].some((other) => other !== to && reaches(other, to)),
    );
    return direct.toSorted().map((to) => `  ${from} --> ${to}`);
  });
  const boxes = [...groups].flatMap(([group, names]) => [
    `  subgraph ${group}`,
    ...names.map((name) => `    ${name}`),
    "  end",
  ]);
  return ["flowchart LR", ...boxes, ...arrows.toSorted()].join("\n");
}
