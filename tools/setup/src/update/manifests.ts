import { type Document, isMap as isYamlMap, parse, parseDocument } from "yaml";

// A line-by-line merge sees a conflict where one side adds a dependency and the other changes the
// line below. These files are maps, so this merges them key by key.

type Values = { [key: string]: unknown };

/**
 * Merges a package.json or a pnpm-workspace.yaml.
 *
 * @returns undefined if both sides have changed a value to different ones, or if one cannot be read
 */
export function mergeManifest(
  file: string,
  { base, ours, theirs }: Record<"base" | "ours" | "theirs", string>,
): string | undefined {
  const merged = mergeTexts(base, ours, theirs);
  if (merged === CONFLICT) return undefined;
  if (file.endsWith(".json")) return `${JSON.stringify(merged, null, 2)}\n`;
  // Sets only what differs, so that comments stay.
  const document = parseDocument(ours);
  for (const [path, value] of differences(parse(ours), merged)) change(document, path, value);
  return document.toString({ lineWidth: 0 });
}

const CONFLICT = Symbol("conflict");

function mergeTexts(base: string, ours: string, theirs: string): unknown {
  try {
    // JSON is YAML too.
    return merge(parse(base), parse(ours), parse(theirs));
  } catch {
    return CONFLICT;
  }
}

function merge(base: unknown, ours: unknown, theirs: unknown, name = ""): unknown {
  if (isEqual(ours, theirs) || isEqual(base, theirs)) return ours;
  if (isEqual(base, ours)) return theirs;
  if (!isMap(ours) || !isMap(theirs)) return CONFLICT;
  const from = isMap(base) ? base : {};
  const merged: Values = {};
  for (const key of keysOf(ours, theirs, name)) {
    const value = merge(from[key], ours[key], theirs[key], key);
    if (value === CONFLICT) return CONFLICT;
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

/** What changes one value into another: paths with their new values, undefined for a removed one. */
function differences(from: unknown, to: unknown, path: string[] = []): [string[], unknown][] {
  if (isEqual(from, to)) return [];
  if (!isMap(from) || !isMap(to)) return [[path, to]];
  return keysOf(from, to).flatMap((key) => differences(from[key], to[key], [...path, key]));
}

function keysOf(ours: Values, theirs: Values, name = ""): string[] {
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return IN_ORDER.test(name) ? keys.toSorted() : keys;
}

/** Maps whose keys are in alphabetical order, as pnpm writes them. */
const IN_ORDER = /^(?:catalog|.*ependencies)$/;

function change(document: Document, path: string[], value: unknown): void {
  if (value === undefined) {
    document.deleteIn(path);
    return;
  }
  document.setIn(path, document.createNode(value));
  const map = document.getIn(path.slice(0, -1));
  if (IN_ORDER.test(path.at(-2) ?? "") && isYamlMap(map)) {
    map.items.sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1));
  }
}

function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isEqual = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
