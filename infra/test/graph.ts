import { type Resource, type Run, unwrap } from "./engine.ts";

/**
 * The resources as a tree to read in a diff: each with its inputs, and below it what it holds.
 * Policies are shown as the documents that they are.
 */
export function draw({ resources, outputs }: Run): string {
  const lines: string[] = [];
  const visit = (parent: string, depth: number) => {
    const below = resources
      .filter((resource) => resource.parent === parent)
      .sort((a, b) => (label(a) < label(b) ? -1 : 1));
    for (const resource of below) {
      const pad = "  ".repeat(depth);
      lines.push(`${pad}${label(resource)}${marks(resource)}`);
      const after = resource.dependencies.map(short).sort();
      if (after.length > 0) lines.push(`${pad}  after ${after.join(", ")}`);
      if (resource.custom) lines.push(...fields(resource.inputs, depth + 1));
      visit(resource.urn, depth + 1);
    }
  };
  visit("", 0);
  return [...lines, "", "Outputs", ...fields(outputs, 1), ""].join("\n");
}

function label({ type, name }: Resource): string {
  return `${type.split(":").at(-1)} ${name}`;
}

/** `urn:…::EventTopic$aws:sns/topic:Topic::name` → `Topic name` */
function short(urn: string): string {
  const [, , type = "", name = ""] = urn.split("::");
  return `${type.split(":").at(-1)} ${name}`;
}

function marks(resource: Resource): string {
  const all = [
    resource.protect ? "protected" : "",
    resource.retainOnDelete ? "kept when destroyed" : "",
    resource.importId ? `imported ${resource.importId}` : "",
    resource.ignoreChanges.length > 0 ? `as it is: ${resource.ignoreChanges.join(", ")}` : "",
  ].filter((mark) => mark !== "");
  return all.length > 0 ? ` (${all.join("; ")})` : "";
}

function fields(values: object, depth: number): string[] {
  const pad = "  ".repeat(depth);
  return Object.entries(unwrap(values) as object)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, value]) => field(key, value).map((line) => pad + line));
}

function field(key: string, value: unknown): string[] {
  if (key === "tags") return [];
  if (typeof value === "string" && value.startsWith("{")) return field(key, JSON.parse(value));
  if (typeof value === "string" && value.includes("\n")) {
    return [`${key}:`, ...value.split("\n").map((line) => `  | ${line}`.trimEnd())];
  }
  if (typeof value === "object" && value !== null) {
    const json = JSON.stringify(value);
    if (json.length > 80) {
      return JSON.stringify(value, null, 2)
        .split("\n")
        .map((line, index) => (index === 0 ? `${key}: ${line}` : line));
    }
    return [`${key}: ${json}`];
  }
  return [`${key}: ${String(value)}`];
}
