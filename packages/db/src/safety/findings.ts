import type { Catalog, Thing } from "./catalog.ts";

/** A reason why a migration may hurt the version of the app that still runs. */
export interface Finding {
  /** What it is about: `users.nickname`. */
  name: string;
  /** A sentence without its subject and its end: `drops the column users.nickname, which …`. */
  what: string;
}

const USES = "which the previous version may use";
const WRITES = "so it refuses what the previous version may write";

/**
 * Compares a database before and after a migration.
 *
 * @param sql the migration. Only its text tells whether an index was built concurrently.
 */
export function compare(before: Catalog, after: Catalog, sql: string): Finding[] {
  const isConcurrent = /\bCONCURRENTLY\b/i.test(sql);
  const found: Finding[] = [];
  const add = ({ name }: Thing, ...reasons: (string | false)[]) => {
    for (const what of reasons) if (what !== false) found.push({ name, what });
  };
  for (const [key, old] of before) {
    // What goes with its table or its column is not named.
    if (isGone(old, after)) continue;
    const now = after.get(key);
    if (now) add(old, ...changes(old, now));
    else if (isNeeded(old)) add(old, `drops or renames the ${old.kind} ${old.name}, ${USES}`);
  }
  for (const [key, thing] of after) {
    if (before.has(key) || !isOnOld(thing, before)) continue;
    add(thing, refuses(thing, before), blocks(thing, isConcurrent));
  }
  return found;
}

/** Whether the table or a column that it belongs to has gone. */
function isGone({ kind, owner, columns }: Thing, after: Catalog): boolean {
  if (kind !== "value" && owner !== null && !after.has(`table ${owner}`)) return true;
  return columns.some((column) => !after.has(`column ${column}`));
}

/** Whether the previous version may need it. */
function isNeeded({ kind, strict, definition }: Thing): boolean {
  // Without a check, more is allowed. An ordinary index only makes queries fast. But ON CONFLICT
  // needs its unique index. An erasure needs the foreign keys, which delete a person's other rows.
  if (kind === "constraint") return definition.startsWith("FOREIGN KEY");
  return kind !== "index" || strict;
}

function changes(old: Thing, now: Thing): (string | false)[] {
  const { kind, name } = now;
  const isChanged = old.definition !== now.definition;
  switch (kind) {
    case "table":
      return [isChanged && `rewrites the table ${name}, and nobody can read it meanwhile`];
    case "column":
      return [
        isChanged && `changes the type of ${name}, ${USES}`,
        now.strict && !old.strict && `refuses null in ${name}, ${WRITES}`,
        now.strict && old.hasDefault && !now.hasDefault && `drops the default of ${name}, ${USES}`,
      ];
    case "index":
      return [isChanged && (old.strict || now.strict) && `changes the index ${name}, ${USES}`];
    default:
      return [isChanged && `changes the ${kind} ${name}, ${USES}`];
  }
}

/** Whether it is added to a table or an enum that was there. */
function isOnOld({ kind, owner }: Thing, before: Catalog): boolean {
  if (owner === null) return false;
  if (kind !== "value") return before.has(`table ${owner}`);
  return [...before.values()].some((other) => other.kind === "value" && other.owner === owner);
}

/** How something new breaks what the previous version does. */
function refuses(thing: Thing, before: Catalog): string | false {
  const { kind, name, columns, strict, hasDefault } = thing;
  const isOnNew = columns.length > 0 && !columns.some((column) => before.has(`column ${column}`));
  if (kind === "column")
    return strict && !hasDefault && `demands the new column ${name}, ${WRITES}`;
  if (kind === "value") return `adds ${name} to an enum, and the previous version cannot read it`;
  if (kind === "trigger")
    return `adds the trigger ${name}, and the previous version does not know it`;
  if (isOnNew || (kind === "index" && !strict)) return false;
  return `adds the ${strict ? "unique index" : "constraint"} ${name}, ${WRITES}`;
}

/** How something new keeps others waiting. */
function blocks({ kind, name, owner, checked }: Thing, isConcurrent: boolean): string | false {
  if (kind === "index" && !isConcurrent)
    return `builds the index ${name}, and nobody can write to ${owner} meanwhile: write CREATE INDEX CONCURRENTLY, alone in its migration`;
  if (checked)
    return `checks each row for ${name}, and nobody can write to ${owner} meanwhile: add NOT VALID, and VALIDATE CONSTRAINT in the next migration`;
  return false;
}
