import { AppError } from "@repo/errors";
import pg from "pg";
import { requirePublicSchema, requireUsable } from "./address.ts";

/** In ms: how long a connection may take. */
const TIMEOUT = 10_000;

/** Connects to a database, and creates it if it is missing. */
export async function connectOrCreate(url: string): Promise<pg.Client> {
  try {
    return await connect(url);
  } catch (error) {
    if (codeOf((error as Error).cause) !== "3D000") throw error;
  }
  const { pathname } = new URL(url);
  const name = decodeURIComponent(pathname.slice(1));
  const server = new URL(url);
  server.pathname = "postgres";
  const client = new pg.Client(server.href);
  try {
    await client.connect();
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } catch (cause) {
    // Another process created it meanwhile, or is about to.
    if (!["42P04", "23505"].includes(codeOf(cause) ?? "")) {
      throw new AppError(
        "DATABASE_MISSING",
        `There is no database ${name}, and this role cannot create it (${(cause as Error).message}). Create it, or correct DATABASE_URL.`,
        { cause },
      );
    }
  } finally {
    await client.end();
  }
  return await connect(url);
}

/**
 * Connects to a database.
 *
 * @throws AppError `DATABASE_URL_INVALID`, `DATABASE_UNREACHABLE`, and those of `requireUsable`
 */
export async function connect(url: string): Promise<pg.Client> {
  requirePublicSchema(url);
  const client = await open(url);
  try {
    await requireUsable(client);
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function open(url: string): Promise<pg.Client> {
  let at = "";
  try {
    // It reads the files that the address names.
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: TIMEOUT });
    at = ` at ${client.host}:${client.port}`;
    // If the connection is lost, its query fails too. Without a listener the process would end.
    client.on("error", () => undefined);
    await client.connect();
    return client;
  } catch (cause) {
    const { message } = cause as Error;
    throw new AppError(
      "DATABASE_UNREACHABLE",
      `No connection to the database${at}: ${message || codeOf(cause)}. ${nextStep(cause)}`,
      { retryable: true, cause },
    );
  }
}

// The codes and texts with which a connection fails, and what to do.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const NEXT_STEPS: [RegExp, string][] = [
  [
    /SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)/,
    "This machine does not trust the server's certificate: download its authority's, and add sslrootcert=/path/to/it.pem to DATABASE_URL, or name the file in NODE_EXTRA_CA_CERTS.",
  ],
  [/ALTNAME_INVALID/, "Write the host in DATABASE_URL as the server's certificate has it."],
  [/does not support SSL/, "Switch SSL on there, or remove sslmode from DATABASE_URL."],
  [/no encryption/, "The server wants TLS: add sslmode=verify-full to DATABASE_URL."],
  [/ENOENT/, "Correct the name of that file in DATABASE_URL."],
  [/28P01|28000/, "Correct the user and the password of DATABASE_URL."],
  [/53300|08P01.*max/, "The server has no free connection: close some, or raise max_connections."],
];

function nextStep(cause: unknown): string {
  const text = `${codeOf(cause)} ${(cause as Error).message}`;
  const known = NEXT_STEPS.find(([pattern]) => pattern.test(text));
  return known?.[1] ?? "Start it, or correct DATABASE_URL.";
}

/** The code of PostgreSQL's or Node.js's error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code;
}
