import { AppError } from "@repo/errors";
import type pg from "pg";

/**
 * Refuses an address that names another schema than `public`. Prisma and the SQL of packages/email
 * would look for the tables in different schemas.
 *
 * @throws AppError `DATABASE_URL_INVALID`, `DATABASE_SCHEMA`
 */
export function requirePublicSchema(url: string): void {
  if (!URL.canParse(url)) {
    throw new AppError(
      "DATABASE_URL_INVALID",
      "DATABASE_URL is not an address: percent-encode the special characters of its password.",
    );
  }
  const { searchParams } = new URL(url);
  const schema = searchParams.get("schema") ?? "public";
  const isPath = /search_path/i.test(searchParams.get("options") ?? "");
  if (schema === "public" && !isPath) return;
  throw new AppError(
    "DATABASE_SCHEMA",
    `DATABASE_URL asks for another schema, by ${isPath ? "search_path" : "schema"}; the tables are in ` +
      "the schema public. Remove it there, and give this app a database of its own.",
  );
}

/**
 * Refuses a connection whose role or database sets another schema. The names of our tables could
 * then mean tables of another app.
 * https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATH
 *
 * @throws AppError `DATABASE_SCHEMA`
 */
export async function requirePublicFirst(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{
    schema: string | null;
    role: string;
    usable: boolean | null;
  }>(
    `SELECT current_schema() AS schema, current_user AS role,
      has_schema_privilege(to_regnamespace('public')::oid, 'USAGE') AS usable`,
  );
  const { schema = null, role = "", usable = true } = rows[0] ?? {};
  if (schema === "public") return;
  throw new AppError(
    "DATABASE_SCHEMA",
    schema === null && !usable
      ? `The role ${role} cannot use the schema public: GRANT USAGE, CREATE ON SCHEMA public TO "${role}".`
      : `The search_path of the role ${role} leads to ${schema === null ? "no schema" : `the schema ${schema}`}; the tables are in public. ` +
          `ALTER ROLE "${role}" SET search_path = public (or in the pooler or in PGOPTIONS, where that sets it), or ` +
          "give this app a database of its own.",
  );
}
