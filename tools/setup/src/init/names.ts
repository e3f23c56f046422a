import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Tree } from "../tree.ts";

/** The names of a product. */
export interface Names {
  /** As people read it: `Rocket & Sons`. */
  name: string;
  /** Of the root's package, and of what Pulumi makes: `rocket-sons`. */
  package: string;
}

const places = z
  .record(z.string(), z.array(z.string()))
  .parse(parse(readFileSync(path.join(import.meta.dirname, "names.yaml"), "utf8")));

/** The names that a clone has. */
export function readNames(tree: Pick<Tree, "read">): Names {
  const nameIn = (file: string) => (JSON.parse(tree.read(file)) as { name: string }).name;
  return { name: nameIn("packages/brand/brand.json"), package: nameIn("package.json") };
}

/**
 * Renames the product in a file's text.
 *
 * @returns the text, and the places that do not have the old name any more
 */
export function rename(
  file: string,
  text: string,
  from: Names,
  to: Names,
): { text: string; missing: string[] } {
  const fill = (place: string, { name, package: slug }: Names) =>
    place.replaceAll("{name}", name).replaceAll("{package}", slug);
  const all = places[file] ?? [];
  return {
    text: all.reduce(
      (renamed, place) => renamed.replaceAll(fill(place, from), () => fill(place, to)),
      text,
    ),
    missing: all.filter((place) => !text.includes(fill(place, from))),
  };
}

/** Renames the product in a tree. @returns the files where the old name is missing */
export function renameAll(tree: Tree, from: Names, to: Names): string[] {
  if (from.name === to.name && from.package === to.package) return [];
  return Object.keys(places)
    .filter(tree.has)
    .filter((file) => {
      const { text, missing } = rename(file, tree.read(file), from, to);
      tree.write(file, text);
      return missing.length > 0;
    });
}
