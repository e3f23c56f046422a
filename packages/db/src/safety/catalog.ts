import type pg from "pg";

/** Something in the database that a version of the app may rely on. */
export interface Thing {
  kind: "table" | "column" | "index" | "constraint" | "trigger" | "function" | "value";
  /** Of a column, a constraint and a trigger: `table.name`. Of an enum's value: `type.value`. */
  name: string;
  /** What it belongs to: a table, or an enum. */
  owner: string | null;
  /** The columns of an index or a constraint: `table.column`. */
  columns: string[];
  /** Its SQL. Of a column, its type. Of a table, the number of its file, which a rewrite changes. */
  definition: string;
  /** An index without duplicates, or a column without null. */
  strict: boolean;
  hasDefault: boolean;
  /** Of a constraint: whether all rows have been checked. */
  checked: boolean;
}

/** By kind and name. */
export type Catalog = Map<string, Thing>;

/** Reads what is in the schema `public`, except what extensions have made. */
export async function readCatalog(client: pg.Client): Promise<Catalog> {
  const { rows } = await client.query<Thing>(CATALOG);
  return new Map(rows.map((thing) => [`${thing.kind} ${thing.name}`, thing]));
}

// https://www.postgresql.org/docs/current/catalogs.html
const CATALOG = `
  WITH tables AS (
    SELECT oid, relname::text AS name, relfilenode FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
  ), columns AS (
    SELECT a.*, t.name AS owner, t.name || '.' || attname AS name
    FROM pg_attribute a JOIN tables t ON attrelid = t.oid WHERE attnum > 0 AND NOT attisdropped
  ), named AS (
    SELECT attrelid, attnum, name FROM columns
  )
  SELECT 'table' AS kind, name, NULL AS owner, '{}'::text[] AS columns,
    relfilenode::text AS definition, false AS strict, false AS "hasDefault", false AS checked
  FROM tables
  UNION ALL
  SELECT 'column', name, owner, '{}', format_type(atttypid, atttypmod), attnotnull,
    atthasdef OR attidentity <> '', false
  FROM columns
  UNION ALL
  SELECT 'index', indexrelid::regclass::text, t.name,
    ARRAY(SELECT n.name FROM named n WHERE attrelid = indrelid AND attnum = ANY(indkey::int[])),
    pg_get_indexdef(indexrelid), indisunique, false, false
  FROM pg_index JOIN tables t ON indrelid = t.oid
  UNION ALL
  -- Unique constraints and primary keys are indexes. NOT NULL belongs to its column.
  SELECT 'constraint', t.name || '.' || conname, t.name,
    ARRAY(SELECT n.name FROM named n WHERE attrelid = conrelid AND attnum = ANY(conkey)),
    regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''), false, false, convalidated
  FROM pg_constraint c JOIN tables t ON conrelid = t.oid WHERE contype IN ('c', 'f')
  UNION ALL
  SELECT 'trigger', t.name || '.' || tgname, t.name, '{}', pg_get_triggerdef(g.oid) || tgenabled::text,
    false, false, false
  FROM pg_trigger g JOIN tables t ON tgrelid = t.oid WHERE NOT tgisinternal
  UNION ALL
  SELECT 'function', proname || '()', NULL, '{}',
    string_agg(pg_get_functiondef(oid), ';' ORDER BY oid::regprocedure::text), false, false,
    false
  FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
  GROUP BY proname
  UNION ALL
  SELECT 'value', typname || '.' || enumlabel, typname, '{}', '', false, false, false
  FROM pg_enum JOIN pg_type t ON enumtypid = t.oid
  WHERE typnamespace = 'public'::regnamespace`;
