import { AppError } from "@repo/errors";
import type pg from "pg";

/**
 * Refuses an address that names another schema than `public`. Prisma and the SQL of packages/email
 * would look for the tables in different schemas.
 *
 * @throws AppError `DATABASE_URL_INVALID`, `DATABASE_SCHEMA`
 */
export function requirePublicSchema(url: string): void {
  if (!isAddress(url)) {
    throw new AppError(
      "DATABASE_URL_INVALID",
      "DATABASE_URL is not an address: percent-encode the special characters of its password.",
    );
  }
  const { searchParams } = new URL(url);
  const schema = searchParams.get("schema") ?? "public";
  const isPath = /search_path(?!=public(?:\s|$))/i.test(searchParams.get("options") ?? "");
  if (schema === "public" && !isPath) return;
  throw new AppError(
    "DATABASE_SCHEMA",
    `DATABASE_URL asks for another schema, by ${isPath ? "search_path" : "schema"}; the tables are in ` +
      "the schema public. Remove it there, and give this app a database of its own.",
  );
}

/** pg decodes each part of the address. */
function isAddress(url: string): boolean {
  try {
    const { username, password, pathname } = new URL(url);
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** What a new connection says about itself. */
interface Session {
  role: string;
  schema: string | null;
  usable: boolean | null;
  isolation: string;
  readOnly: boolean;
  encoding: string;
}

/**
 * Refuses a connection on which the app would not do what it promises:
 *
 * - one whose role or database sets another schema. The names of our tables could then mean tables
 *   of another app (https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATH).
 * - one with another isolation level. Our statements rely on seeing what others have just
 *   committed, and would fail instead.
 * - one whose database has another encoding than UTF-8. It lacks most characters of names.
 * - one that takes no writes. After a failover, an address may lead to the old server for a while.
 *   A pool would keep such a connection forever.
 *
 * @throws AppError `DATABASE_SCHEMA`, `DATABASE_ENCODING`, `DATABASE_ISOLATION`,
 *   `DATABASE_READ_ONLY`
 */
export async function requireUsable(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<Session>(
    `SELECT current_schema() AS schema, current_user AS role,
      has_schema_privilege(to_regnamespace('public')::oid, 'USAGE') AS usable,
      current_setting('transaction_isolation') AS isolation,
      current_setting('transaction_read_only') = 'on' AS "readOnly",
      current_setting('server_encoding') AS encoding`,
  );
  const [session] = rows;
  if (!session) return;
  requirePublicFirst(session);
  const { role, isolation, readOnly, encoding } = session;
  // SQL_ASCII takes every byte.
  if (!["UTF8", "SQL_ASCII"].includes(encoding)) {
    throw new AppError(
      "DATABASE_ENCODING",
      `The database has the encoding ${encoding}, which lacks most characters of names. Make one with: CREATE DATABASE app ENCODING 'UTF8' TEMPLATE template0.`,
    );
  }
  if (isolation !== "read committed") {
    throw new AppError(
      "DATABASE_ISOLATION",
      `The connections of the role ${role} have the isolation level ${isolation}. ` +
        `ALTER ROLE "${role}" SET default_transaction_isolation = 'read committed' (or in the pooler or in PGOPTIONS, where that sets it).`,
    );
  }
  if (readOnly) {
    throw new AppError(
      "DATABASE_READ_ONLY",
      "The database takes no writes: it is a standby, or default_transaction_read_only is on, as some services set it when the disk is full. After a failover this ends by itself. Otherwise correct DATABASE_URL, or the cause.",
      { retryable: true },
    );
  }
}

function requirePublicFirst({ schema, role, usable }: Session): void {
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
